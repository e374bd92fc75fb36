import Essentials
import Pipelines
import Systems

/// The systems that can be named on the command line.
package struct SystemRegistry: Sendable {
  /// All of them, in the order in which they are listed.
  package let systems: [any GenerationSystem]

  /// The program's own, a line each.
  package static let standard = SystemRegistry([
    DDPMSystem(),
    DiffusionCLIPSystem(),
    SDGSystem(),
    CollaborativeSystem(),
    SCADMSystem(),
    DDGISystem(),
  ])

  /// A registry of some systems.
  package init(_ systems: [any GenerationSystem]) { self.systems = systems }

  /// Their ids.
  package var ids: [String] { systems.map(\.id) }

  /// The system of an id; nil if there is none.
  package subscript(_ id: String) -> (any GenerationSystem)? { systems.first { $0.id == id } }

  /// The system of an id.
  ///
  /// - Throws: `MethodError.unknownSystem` that names the nearest valid id.
  package func named(_ id: String) throws(MethodError) -> any GenerationSystem {
    guard let system = self[id] else { throw .unknownSystem(id: id, known: ids) }
    return system
  }
}
