#!/bin/bash
# Generates Sources/Models/ONNX/Generated/onnx.pb.swift, the messages of an ONNX file.
#
#   Tools/generate_onnx_messages.sh FOLDER_WITH_ONNX_PROTO 'ONNX 1.23.2'
#
# Needs protoc and git. onnx.proto lies in the Python package `onnx`, or in ONNX's repository under onnx/.
# The plug-in is built from the same release of swift-protobuf that Package.swift asks for.
set -euo pipefail

release=1.39.0
proto_folder=${1:?"give the folder that holds onnx.proto"}
source="onnx.proto of ${2:?"name the release that it belongs to"}"
target=$(cd "$(dirname "$0")/.." && pwd)/Sources/Models/ONNX/Generated
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

git clone --quiet --depth 1 --branch "$release" https://github.com/apple/swift-protobuf "$work/plugin"
swift build --package-path "$work/plugin" --configuration release --product protoc-gen-swift
protoc --plugin="$work/plugin/.build/release/protoc-gen-swift" --swift_opt=Visibility=Package \
  --swift_out="$target" -I "$proto_folder" "$proto_folder/onnx.proto"

# Say in the file itself what it was made of; other versions than these change this line.
sed -i "3a // Made by Tools/generate_onnx_messages.sh from $source by $(protoc --version) and the plug-in of swift-protobuf $release." \
  "$target/onnx.pb.swift"
