import Foundation
import Testing

/// The work of others that the package uses against `THIRD_PARTY_NOTICES.md`.
@Suite struct NoticeTests {
  /// Whoever adds a dependency or takes a newer one looks at its license, too.
  @Test func everyDependencyIsNamedWithItsVersion() throws {
    let notices = try ProjectFile.text("THIRD_PARTY_NOTICES.md")
    for (name, version) in try ManifestTests.dependencies() {
      let row = "| \(name) \(version) |"
      #expect(notices.contains(row), "THIRD_PARTY_NOTICES.md has no row '\(row)'")
    }
  }

  @Test func everySystemLibraryIsNamed() throws {
    let notices = try ProjectFile.text("THIRD_PARTY_NOTICES.md")
    let libraries = try ProjectFile.text("Package.swift").matches(of: /pkgConfig: "([^"]+)"/)
    #expect(!libraries.isEmpty)
    for library in libraries {
      #expect(notices.contains("| \(library.1)"), "no row for \(library.1)")
    }
  }

  /// The files of a room that say whose they are.
  @Test func everyLicenseFileIsNamed() throws {
    let notices = try ProjectFile.text("THIRD_PARTY_NOTICES.md")
    let sources = ProjectFile.url("Sources")
    let files = FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil)
    var count = 0
    for case let file as URL in try #require(files)
    where file.lastPathComponent.hasPrefix("LICENSE") {
      count += 1
      #expect(notices.contains(file.lastPathComponent), "\(file.lastPathComponent)")
    }
    #expect(count >= 2)
  }

  @Test func theLicenseIsApaches() throws {
    let license = try ProjectFile.text("LICENSE")
    #expect(license.contains("Apache License") && license.contains("Version 2.0, January 2004"))
    #expect(license.contains("END OF TERMS AND CONDITIONS"))
  }
}
