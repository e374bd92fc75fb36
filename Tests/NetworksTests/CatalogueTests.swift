import Graphs
import Networks
import Testing

struct CatalogueTests {
  @Test func namesAreTheCommandLines() {
    #expect(
      NetworkCatalogue.names == [
        "inception-fid", "alexnet", "vgg16", "squeezenet1_1", "ir-se50", "ir-50",
        "ir-100", "ir-101", "mobilefacenet", "iresnet18", "iresnet34", "iresnet50", "iresnet100",
        "bisenet", "celebamask-unet",
      ])
  }

  @Test(arguments: NetworkCatalogue.names)
  func findsEachByItsName(name: String) throws {
    #expect(try NetworkCatalogue.named(name).name == name)
    #expect(try !NetworkCatalogue.named(name).summary.isEmpty)
  }

  @Test(arguments: [
    ("inception", "inception-fid"), ("AlexNet", "alexnet"), ("vgg-16", "vgg16"),
    ("irse50", "ir-se50"), ("squeezenet", "squeezenet1_1"), ("unet", "celebamask-unet"),
    ("celebamask_unet", "celebamask-unet"),
  ])
  func offersTheNearestName(wrong: String, nearest: String) {
    let error = #expect(throws: UnknownNetwork.self) { try NetworkCatalogue.named(wrong) }
    #expect(error?.nearest == nearest)
    #expect(
      error?.description.hasPrefix("no network is called '\(wrong)', nearest is '\(nearest)'")
        == true)
  }

  @Test func onlyTrunksServeLPIPS() throws {
    #expect(try NetworkCatalogue.perceptualTrunk(named: "alexnet").name == "alexnet")
    let error = #expect(throws: UnknownNetwork.self) {
      try NetworkCatalogue.perceptualTrunk(named: "ir-se50")
    }
    #expect(error?.known == ["alexnet", "vgg16", "squeezenet1_1"])
  }
}
