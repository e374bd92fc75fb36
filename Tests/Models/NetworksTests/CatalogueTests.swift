import Graphs
import Networks
import Testing

struct CatalogueTests {
  @Test func namesAreTheCommandLines() {
    #expect(
      NetworkCatalogue.names == [
        "inception-fid", "alexnet", "vgg16", "squeezenet1_1", "dists", "ir-se50", "ir-50",
        "ir-100", "ir-101", "mobilefacenet", "iresnet18", "iresnet34", "iresnet50", "iresnet100",
        "bisenet", "celebamask-unet",
        "clip-vit-b32", "clip-vit-b16", "clip-vit-l14", "clip-vit-l14-336", "clip-rn50",
        "clip-rn101", "clip-rn50x4", "clip-rn50x16", "clip-rn50x64",
        "clip-vit-b32-text", "clip-vit-b16-text", "clip-vit-l14-text", "clip-vit-l14-336-text",
        "clip-rn50-text", "clip-rn101-text", "clip-rn50x4-text", "clip-rn50x16-text",
        "clip-rn50x64-text",
        "adm-ffhq", "adm-lsun", "ddpm-celebahq", "sdg-guide",
        "kl-f4", "kl-f8", "vq-f4", "ldm-collaborative", "dynamic-diffuser",
        "bert-text", "mask-encoder", "sca-dm-unet", "sca-dm-style",
        "sd15-unet", "sd15-controlnet", "sd15-vae", "sd15-text",
        "stylegan2-256-mapping", "stylegan2-256", "stylegan2-512-mapping", "stylegan2-512",
        "stylegan2-1024-mapping", "stylegan2-1024",
        "eg3d-512-mapping", "eg3d-512", "eg3d-512-decoder", "eg3d-512-superresolution",
        "ddgi-mapping", "ddgi-absmnet",
        "compact-inception", "compact-alexnet", "compact-iresnet", "compact-bisenet",
        "compact-clip", "compact-clip-text", "compact-clip-judge", "compact-clip-judge-text",
        "compact-denoiser", "compact-guide", "compact-unet", "compact-autoencoder",
      ])
  }

  @Test(arguments: NetworkCatalogue.names)
  func findsEachByItsName(name: String) throws {
    #expect(try NetworkCatalogue.named(name).name == name)
    #expect(try !NetworkCatalogue.named(name).summary.isEmpty)
  }

  @Test(arguments: [
    ("inception", "inception-fid"), ("AlexNet", "alexnet"), ("vgg-16", "vgg16"),
    ("irse50", "ir-se50"), ("squeezenet", "squeezenet1_1"), ("celebamask-net", "celebamask-unet"),
    ("celebamask_unet", "celebamask-unet"),
  ])
  func offersTheNearestName(wrong: String, nearest: String) {
    let error = #expect(throws: UnknownNetwork.self) { try NetworkCatalogue.named(wrong) }
    #expect(
      error?.description.hasPrefix("unknown network '\(wrong)'; did you mean '\(nearest)'?")
        == true)
  }

  @Test func everyImageTowerHasItsTextTower() {
    for tower in CLIPModels.imageTowers {
      #expect(CLIPModels.textTower(beside: tower.name)?.name == "\(tower.name)-text")
    }
    #expect(CLIPModels.textTower(beside: "alexnet") == nil)
  }

  @Test func onlyTrunksServeLPIPS() throws {
    #expect(try NetworkCatalogue.perceptualTrunk(named: "alexnet").name == "alexnet")
    let error = #expect(throws: UnknownNetwork.self) {
      try NetworkCatalogue.perceptualTrunk(named: "ir-se50")
    }
    #expect(error?.known == ["alexnet", "vgg16", "squeezenet1_1", "compact-alexnet"])
  }
}
