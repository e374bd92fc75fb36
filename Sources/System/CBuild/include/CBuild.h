// What the build knows of itself.
#pragma once

/// The commit that the program was built from, with a `+` where its sources differed from it; empty where the build
/// did not say.
const char *build_commit(void);
