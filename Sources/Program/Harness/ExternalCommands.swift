import Generators

/// Programs of others that this process has started.
package enum ExternalCommands {
  /// Ends all of them and every process that they have started, at once.
  package static func endAll() { CommandMethod.endAll() }
}
