import ArgumentParser

/// Options of all commands that write files where somebody wants them.
struct OutputArguments: ParsableArguments {
  @Flag(help: "Let outputs replace files that evalkit did not write.")
  var force = false
}
