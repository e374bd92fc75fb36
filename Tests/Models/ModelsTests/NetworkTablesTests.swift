import Graphs
import Models
import Networks
import Provenance
import Testing

struct NetworkTablesTests {
  /// Trainable values, tensors, and all multiply-adds as PyTorch counts them
  /// (Tools/count_operations.py, PyTorch 2.15.0).
  static let totals: [String: (parameters: Int, tensors: Int, multiplyAdds: Int)] = [
    "inception-fid": (21_785_568, 564, 5_711_168_096),
    "alexnet": (2_469_696, 10, 868_502_208),
    "vgg16": (14_714_688, 26, 20_044_578_816),
    "squeezenet1_1": (722_496, 50, 346_897_088),
    // Without the windows of its pools, which PyTorch convolves with.
    "dists": (14_714_688, 26, 20_044_578_816),
    "ir-se50": (43_797_696, 397, 6_296_708_608),
    "ir-50": (43_574_976, 349, 6_296_485_888),
    "ir-100": (65_129_792, 674, 12_076_761_088),
    "ir-101": (65_128_768, 672, 12_076_761_088),
    "mobilefacenet": (999_552, 333, 189_408_256),
    "iresnet18": (24_025_600, 187, 2_609_954_816),
    "iresnet34": (34_139_328, 331, 4_459_642_880),
    "iresnet50": (43_590_848, 475, 6_309_330_944),
    "iresnet100": (65_156_160, 925, 12_089_606_144),
    "bisenet": (13_300_416, 191, 13_771_014_144),
    "celebamask-unet": (1_944_355, 136, 12_205_424_640),
    "clip-vit-b32": (87_849_216, 152, 4_408_811_520),
    "clip-vit-b16": (86_192_640, 152, 17_563_453_440),
    "clip-vit-l14": (303_966_208, 296, 81_012_768_768),
    "clip-vit-l14-336": (304_293_888, 296, 190_959_894_528),
    "clip-rn50": (38_316_896, 339, 5_793_153_024),
    "clip-rn101": (56_259_936, 645, 9_504_325_632),
    "clip-rn50x4": (87_137_080, 519, 20_581_048_320),
    "clip-rn50x16": (167_328_912, 771, 72_868_337_664),
    "clip-rn50x64": (420_380_352, 1_203, 260_126_777_344),
    "clip-vit-b32-text": (63_428_096, 149, 2_979_770_368),
    "clip-vit-b16-text": (63_428_096, 149, 2_979_770_368),
    "clip-vit-l14-text": (123_650_304, 149, 6_649_841_664),
    "clip-vit-l14-336-text": (123_650_304, 149, 6_649_841_664),
    "clip-rn50-text": (63_690_240, 149, 2_980_032_512),
    "clip-rn101-text": (63_428_096, 149, 2_979_770_368),
    "clip-rn50x4-text": (91_163_520, 149, 4_633_123_840),
    "clip-rn50x16-text": (123_650_304, 149, 6_649_841_664),
    "clip-rn50x64-text": (202_877_952, 149, 11_773_370_368),
    "adm-ffhq": (93_563_910, 362, 193_967_095_808),
    "adm-lsun": (552_814_086, 566, 1_119_832_768_512),
    "ddpm-celebahq": (113_673_219, 450, 248_513_757_184),
  ]

  @Test(
    arguments: NetworkCatalogue.published.map(\.name) + ["adm-ffhq", "adm-lsun", "ddpm-celebahq"])
  func layersAddUpToTheCountsOfPyTorch(name: String) throws {
    let expected = try #require(Self.totals[name])
    let table = try NetworkLayers(of: name)
    // PyTorch runs auxiliary heads in every forward pass.
    #expect(table.layers.reduce(0) { $0 + $1.multiplyAdds } == expected.multiplyAdds)
    #expect(table.layers.reduce(0) { $0 + $1.parameters } == expected.parameters)
    #expect(table.network.parameters == expected.parameters)
    #expect(table.network.tensors == expected.tensors)
  }

  @Test(arguments: NetworkCatalogue.names)
  func totalsLeaveOutWhatTheMainResultDoesWithout(name: String) throws {
    let table = try NetworkLayers(of: name)
    let main = table.layers.filter { !$0.isAuxiliary }
    #expect(table.network.multiplyAdds == main.reduce(0) { $0 + $1.multiplyAdds })
    #expect(table.text.contains("* not needed") == (main.count < table.layers.count))
  }

  @Test func auxiliaryHeadsAreBiSeNetsOwn() throws {
    let scopes = try NetworkLayers(of: "bisenet").layers.filter(\.isAuxiliary).map(\.scope)
    #expect(!scopes.isEmpty)
    #expect(scopes.allSatisfy { $0.hasPrefix("conv_out16.") || $0.hasPrefix("conv_out32.") })
  }

  @Test func printsLayersWithTheTotalsOfTheProtocol() throws {
    let text = try NetworkLayers(of: "ir-se50").text
    #expect(text.contains("43,797,696 parameters in 397 tensors"))
    let first = try #require(text.split(separator: "\n").first { $0.hasPrefix("input_layer.0") })
    let words = first.split(separator: " ").joined(separator: " ")
    // 64 × 3 × 9 weights at 112 × 112 places.
    #expect(words == "input_layer.0 conv 3×3 64×112×112 1,728 21,676,032")
    let lines = NetworkTables.text(try NetworkTables.summaries()).split(separator: "\n")
    #expect(lines.count == 1 + NetworkCatalogue.names.count)
    #expect(lines.contains { $0.contains("celebamask-unet") && $0.contains("1,944,355") })
    #expect(!lines.contains { $0.hasSuffix(" ") })
  }

  @Test func inputSizeMovesShapesAndCostButNotParameters() throws {
    let published = try NetworkLayers(of: "celebamask-unet").network
    let small = try NetworkLayers(of: "celebamask-unet", at: InputSize(parsing: "64x128")).network
    #expect(small.input == [3, 64, 128])
    #expect(small.output == [19, 64, 128])
    #expect(small.parameters == published.parameters)
    #expect(small.multiplyAdds * 32 == published.multiplyAdds)
  }

  @Test(arguments: [
    "", "12", "12x", "0x5", "-3x4", "5x6x7", "axb", "99999999999999999999x3", "3 x4",
  ])
  func refusesInputSizes(text: String) {
    let error = #expect(throws: HarnessError.self) { try InputSize(parsing: text) }
    #expect(error?.kind == .usage)
  }

  @Test func wrongNamesAndSizesAreUsageErrors() throws {
    let unknown = #expect(throws: HarnessError.self) { try NetworkLayers(of: "irse50") }
    #expect(unknown?.kind == .usage)
    #expect(unknown?.description.contains("'ir-se50'") == true)
    let size = try InputSize(parsing: "7x7")
    let small = #expect(throws: HarnessError.self) { try NetworkLayers(of: "vgg16", at: size) }
    #expect(small?.kind == .usage)
  }
}
