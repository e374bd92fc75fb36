import Foundation
import Graphs
import Harness
import Images
import Tensors
import TestSupport
import Testing

/// Weight files are read once for all metrics of a job.
struct WeightShelfTests {
  private let folder: TemporaryFolder
  private let shop: InstrumentShop
  private let checkpoint: String

  init() throws {
    folder = try TemporaryFolder()
    checkpoint = try SeededCheckpoint.write(in: folder)
    let choice = "{network: squeezenet1_1, file: squeezenet.safetensors}"
    let manifest = folder.path("weights.yaml")
    try Data("roles:\n  id: \(choice)\n  fid: \(choice)\n".utf8)
      .write(to: URL(fileURLWithPath: manifest))
    shop = InstrumentShop(try WeightSuite(parsing: manifest))
  }

  @Test func twoRolesShareANetwork() throws {
    let identity = try shop.identity(network: "ir-se50", preprocessing: .aligned112)
    let features = try shop.fidExtractor(.lpips())
    #expect(identity.network === features.network)
  }

  @Test func aFileIsOpenedOnce() throws {
    let before = try shop.identity(network: "ir-se50", preprocessing: .aligned112).network.weights
    // Another file takes the name, as an update in the middle of a job would do it.
    let other = folder.path("other")
    try Data("no checkpoint".utf8).write(to: URL(fileURLWithPath: other))
    #expect(rename(other, checkpoint) == 0)
    let network = try shop.fidExtractor(.lpips()).network
    #expect(network.weights == before)
    let input = try Preprocessing.lpips().apply(
      SeededCheckpoint.picture(3, width: 64, height: 64), named: "a")
    let executable = try network.executable(inputShape: input.shape, outputs: ["relu7"])
    let found = executable.run(input, in: executable.makeWorkspace())["relu7"]
    #expect(try found == SeededCheckpoint.result("relu7", of: input))
  }
}
