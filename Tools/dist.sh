#!/usr/bin/env bash
# Packs the program for machines without Swift: a .tar.gz and a Debian package. The same commit gives the same bytes.
#
#   Tools/dist.sh EVALKIT FOLDER
set -euo pipefail
evalkit=$1 folder=$2
export LC_ALL=C SOURCE_DATE_EPOCH
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
version=$("$evalkit" --version | awk '{ print $2 }')
machine=$(uname -m)
name=evalkit-$version-linux-$machine
mkdir -p "$folder"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if readelf -d "$evalkit" | grep -q 'NEEDED.*libswift'; then
  echo "dist: $evalkit needs Swift's libraries where it runs; build it with 'make build'" >&2
  exit 1
fi
Tools/stage.sh "$evalkit" "$work/$name"
strip "$work/$name/bin/evalkit"
find "$work/$name" -type d -exec chmod 755 {} +
find "$work/$name" -type f ! -name evalkit -exec chmod 644 {} +
chmod 644 "$work/$name/share/bash-completion/completions/evalkit"

# The Debian package depends on OpenBLAS; the archive brings it, with the libraries that it needs.
cp -a "$work/$name" "$work/usr"
packed=$work/$name/lib/evalkit
mkdir -p "$packed"
openblas=$(ldconfig -p | awk '/libopenblas\.so\.0 / { print $NF; exit }')
if [ -z "$openblas" ]; then
  echo "dist: there is no libopenblas.so.0 to pack; install libopenblas0-pthread" >&2
  exit 1
fi
cp --dereference "$openblas" "$packed/libopenblas.so.0"
for library in $(ldd "$openblas" | awk '$1 ~ /^lib(gfortran|quadmath|gcc_s)\./ { print $3 }'); do
  cp --dereference "$library" "$packed/"
done
chmod 644 "$packed"/*
strip --strip-unneeded "$packed"/*
find "$work" -exec touch --no-dereference --date "@$SOURCE_DATE_EPOCH" {} +
tar --directory "$work" --sort=name --owner=0 --group=0 --numeric-owner --mtime "@$SOURCE_DATE_EPOCH" \
  --create "$name" | gzip --no-name --best >"$folder/$name.tar.gz"
made=("$folder/$name.tar.gz")

if command -v dpkg-deb >/dev/null; then
  architecture=$(dpkg --print-architecture)
  libc=$(objdump --dynamic-syms "$work/$name/bin/evalkit" | grep -o 'GLIBC_[0-9.]*' | sort -Vu | tail -n 1)
  root=$work/deb
  mkdir -p "$root/DEBIAN"
  mv "$work/usr" "$root/usr"
  gzip --no-name --best "$root"/usr/share/man/man1/*.1
  cat >"$root/DEBIAN/control" <<CONTROL
Package: evalkit
Version: $version
Section: science
Priority: optional
Architecture: $architecture
Installed-Size: $(du --summarize --block-size=1024 "$root/usr" | cut -f1)
Depends: libc6 (>= ${libc#GLIBC_}), libopenblas0-pthread | libopenblas0
Recommends: curl
Maintainer: the evalkit authors <noreply@evalkit.invalid>
Description: scores face generation and editing the way five papers did
 evalkit measures FID, LPIPS, SSIM, face identity, pixel accuracy, mean IoU and CLIP
 scores of generated faces with the papers' networks, stores every number with its
 provenance in SQLite, prints the papers' tables, and tells a CI job whether a change
 made faces worse.
CONTROL
  find "$root" -exec touch --no-dereference --date "@$SOURCE_DATE_EPOCH" {} +
  package=$folder/evalkit_${version}_$architecture.deb
  dpkg-deb --root-owner-group -Zxz --build "$root" "$package" >/dev/null
  made+=("$package")
fi
sha256sum "${made[@]}"
