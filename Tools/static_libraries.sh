#!/usr/bin/env bash
# Fills a folder with links to the static libraries that evalkit links, and with pkg-config files that name them, so
# that the program needs no library but C's own where it runs. A library without a static form is linked as usual.
#
#   Tools/static_libraries.sh FOLDER
set -euo pipefail
mkdir -p "$1"
folder=$(cd "$1" && pwd)
rm -f "$folder"/*.a "$folder"/*.pc

# The link to an archive, if there is one.
link() {
  local archive
  archive=$(cc -print-file-name="lib$1.a")
  [ -e "$archive" ] && ln -sf "$(readlink -f "$archive")" "$folder/lib$1.a"
}

link stdc++ || echo "static_libraries: libstdc++ has no static form here; its shared one is linked" >&2
for pair in libpng:png16 libjpeg:jpeg zlib:z libcrypto:crypto sqlite3:sqlite3; do
  package=${pair%%:*} library=${pair##*:}
  if link "$library"; then
    cat >"$folder/$package.pc" <<PC
Name: $package
Description: the static form of $package
Version: $(pkg-config --modversion "$package")
Cflags: $(pkg-config --cflags "$package")
Libs: -L$folder -l$library
PC
  else
    echo "static_libraries: $package has no static form here; its shared one is linked" >&2
  fi
done
