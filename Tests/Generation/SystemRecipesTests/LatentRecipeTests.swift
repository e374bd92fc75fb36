import Graphs
import Networks
import Recipes
import SystemRecipes
import Systems
import Tensors
import Testing

/// Parts of the trainings in latents.
@Suite struct LatentRecipeTests {
  @Test func systemsHaveTheirCounts() throws {
    func count(_ networks: [any PublishedNetwork]) throws -> Int {
      try networks.reduce(0) { sum, network in
        sum + (try Graph(tracing: network).parameters.reduce(0) { $0 + $1.shape.elementCount })
      }
    }
    #expect(try count([CompactNetworks.autoencoder]) == 630_032)
    let collaborative = try count(CollaborativeRecipe().networks)
    #expect((3_700_000..<4_000_000).contains(collaborative), "\(collaborative)")
    let scadm = try count(SCADMRecipe().networks)
    #expect(scadm == 3_447_556 + 302_404)
  }
}
