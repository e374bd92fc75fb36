import Essentials
import Foundation
import TestSupport
import Testing

@Suite struct FileIdentityTests {
  @Test func tellsFilesFoldersAndDevicesApart() throws {
    let folder = try TemporaryFolder()
    try folder.write([1], to: "a")
    let file = try #require(FileIdentity(folder.path("a")))
    #expect(file.isFile && !file.isFolder)
    let whole = try #require(FileIdentity(folder.url.path))
    #expect(whole.isFolder && !whole.isFile)
    let device = try #require(FileIdentity("/dev/null"))
    #expect(!device.isFile && !device.isFolder)
    #expect(FileIdentity(folder.path("b")) == nil)
    #expect(FileIdentity("") == nil)
  }

  /// Whatever a path is spelled like and through whatever links it leads.
  @Test func oneFileHasOneIdentity() throws {
    let folder = try TemporaryFolder()
    try folder.write([1], to: "a")
    try folder.write([1], to: "b")
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("link"), withDestinationPath: folder.path("a"))
    try FileManager.default.linkItem(atPath: folder.path("a"), toPath: folder.path("twin"))
    let file = try #require(FileIdentity(folder.path("a")))
    for path in ["link", "twin", "./a"] { #expect(FileIdentity(folder.path(path)) == file) }
    #expect(FileIdentity(folder.path("b")) != file)
  }
}
