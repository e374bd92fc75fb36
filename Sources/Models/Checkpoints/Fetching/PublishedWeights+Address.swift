import Foundation

extension PublishedWeights {
  /// Where a program gets the bytes; nil where the source names only a page for people.
  ///
  /// A source is the file's own address, an id on Google Drive, a GitHub repository and a path in it,
  /// separated by a comma, or a page.
  package var address: URL? {
    let parts = source.components(separatedBy: ", ")
    guard var address = URLComponents(string: parts[0]), let host = address.host else { return nil }
    switch (host, parts.count) {
    // A shared folder of many files.
    case ("1drv.ms", _): return nil
    case ("github.com", 2) where parts[1].contains("/"):
      address.path += "/raw/HEAD/" + parts[1]
      return address.url
    case ("drive.google.com", 1):
      // The page at `/uc` asks people to confirm large files; this host answers with the bytes.
      address.host = "drive.usercontent.google.com"
      address.path = "/download"
      address.queryItems?.append(URLQueryItem(name: "confirm", value: "t"))
      return address.url
    case (_, 1): return address.url
    default: return nil
    }
  }
}
