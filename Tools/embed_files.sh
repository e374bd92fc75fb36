#!/usr/bin/env bash
# Lists the files that are compiled into the program with their SHA-256, and writes from that list the C file that
# embeds them. The same files give the same bytes; what has not changed keeps its date.
#
#   Tools/embed_files.sh
set -euo pipefail
cd "$(dirname "$0")/../Sources/System/CEmbeddedFiles"
export LC_ALL=C

new=$(mktemp)
trap 'rm -f "$new"' EXIT

# Replaces a file by the new one, if that is something else.
renew() { cmp --silent "$new" "$1" || cat "$new" >"$1"; }

tree=../../..
sha256sum -- "$tree"/Protocols/*.yaml "$tree"/Protocols/{claims,gates}/*.yaml canary/* weights/* |
  sort --key=2 >"$new"
renew SHA256SUMS
awk '
  {
    digests[NR] = $1
    names[NR] = paths[NR] = substr($0, 67)
    sub(/^(\.\.\/)+/, "", names[NR])
    words[NR] = names[NR]
    gsub(/[^A-Za-z0-9]/, "_", words[NR])
  }
  names[NR] !~ /^[A-Za-z0-9._\/-]+$/ {
    print "embed_files: \"" names[NR] "\" is no name for a file of the program" >"/dev/stderr"
    failed = 1
    exit
  }
  END {
    if (failed) exit 1
    print "// Made by Tools/embed_files.sh from SHA256SUMS; change neither by hand.\n"
    print "#include \"CEmbeddedFiles.h\"\n#include <string.h>\n"
    print "// Weights are written by `evalkit train`, the canary by `evalkit selftest --record`. The digests make this"
    print "// file another one where a file it embeds is. Clang knows #embed in every dialect of C."
    print "#pragma clang diagnostic ignored \"-Wc23-extensions\"\n"
    for (i = 1; i <= NR; i++)
      printf "// SHA-256 %s\nstatic const unsigned char %s[] = {\n#embed \"%s\"\n};\n", digests[i], words[i], paths[i]
    print "\nstatic const struct {\n  const char *name;\n  const unsigned char *bytes;\n  size_t count;\n} files[] = {"
    for (i = 1; i <= NR; i++) printf "    {\"%s\", %s, sizeof %s},\n", names[i], words[i], words[i]
    print "};\n"
    print "const unsigned char *embedded_file(const char *name, size_t *count) {"
    print "  for (size_t index = 0; index < sizeof files / sizeof *files; index++) {"
    print "    if (strcmp(files[index].name, name) == 0) {"
    print "      *count = files[index].count;\n      return files[index].bytes;\n    }\n  }\n  return NULL;\n}\n"
    print "const char *embedded_file_name(size_t index) {"
    print "  return index < sizeof files / sizeof *files ? files[index].name : NULL;\n}"
  }' SHA256SUMS >"$new"
renew files.c
