import Essentials
import Testing

@Suite struct PathTextTests {
  @Test(arguments: [
    ("t", ""), ("", ""), ("file.json", ""), ("a/b", "a"), ("a/b/c.json", "a/b"), ("/b", "/"),
    ("/", "/"), ("//", "/"), ("/a/b", "/a"), ("a/b/", "a"), ("a//b", "a"), ("./t", "."),
    ("../t", ".."),
    ("/é/ü", "/é"),
  ])
  func findsTheFolder(path: String, folder: String) {
    #expect(PathText.folder(of: path) == folder)
  }
}
