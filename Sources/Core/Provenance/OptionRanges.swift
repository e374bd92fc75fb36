import Essentials

// Each bound is far beyond what anybody needs and within what a machine can do; a number beyond it is a
// slip of the keyboard or an attack.

extension NumberRange where Value == Int {
  /// Threads.
  package static var threads: Self { Self(1...1024) }
  /// Pairs and images, at least one.
  package static var pairs: Self { Self(1...10_000_000) }
  /// Images that may fail, or are looked at again.
  package static var images: Self { Self(0...10_000_000) }
  /// Faces that are drawn only to be counted.
  package static var faces: Self { Self(1...1_000_000) }
  /// Pixels on a side of images that are compared or made.
  package static var side: Self { Self(1...4096) }
  /// Pixels on a side of a drawn face.
  package static var faceSide: Self { Self(64...1024) }
  /// Images of one condition.
  package static var samples: Self { Self(1...10_000) }
  /// Which of an image's captions.
  package static var captionIndex: Self { Self(0...10_000) }
  /// Things that are listed.
  package static var entries: Self { Self(1...10_000) }
  /// KID's subsets.
  package static var kidSubsets: Self { Self(1...10_000) }
  /// Images of each side in a subset of KID.
  package static var kidSubsetSize: Self { Self(2...100_000) }
  /// Rows of all subsets of KID together; 16 bytes each.
  package static var kidRows: Self { Self(2...100_000_000) }
  /// Real images that an image is ranked among.
  package static var negatives: Self { Self(1...100_000) }
  /// Requests that a command is sent at once.
  package static var requests: Self { Self(1...1024) }
  /// How often an image is asked for.
  package static var attempts: Self { Self(1...1000) }
  /// How often a command is started again.
  package static var restarts: Self { Self(0...1000) }
  /// Indices of a diffusion's 1000 timesteps but the first.
  package static var timestep: Self { Self(1...999) }
  /// Timesteps that a diffusion takes.
  package static var timesteps: Self { Self(2...1000) }
  /// Passes of a training over all images.
  package static var passes: Self { Self(1...1000) }
  /// Processes that share a run.
  package static var shards: Self { Self(1...100_000) }
  /// Minutes until a cluster ends a task: up to a month.
  package static var minutes: Self { Self(1...43_200) }
}

extension NumberRange where Value == Double {
  /// Seconds to wait: a millisecond to four months.
  package static var timeout: Self { Self(0.001...10_000_000) }
  /// Seconds to measure for.
  package static var measuring: Self { Self(0.001...3600) }
  /// Learning rates.
  package static var rate: Self { Self(1e-9...1) }
  /// What a learning rate is multiplied by.
  package static var rateFactor: Self { Self(0.01...100) }
  /// Factors of losses.
  package static var lossWeight: Self { Self(0...1000) }
  /// Hours since a run began, up to a century.
  package static var hours: Self { Self(0...1_000_000) }
}

extension NumberRange where Value == UInt64 {
  /// Seeds: every number of 64 bits.
  package static var seed: Self { Self(0 ... .max) }
}

extension NumberRange {
  /// A number that an option gives.
  ///
  /// - Throws: ``HarnessError`` of kind `usage` that names the option.
  package func checked(_ value: Value, for option: String) throws(HarnessError) -> Value {
    do { return try checked(value) } catch {
      throw HarnessError(.usage, "\(option) \(error), not \(value)")
    }
  }

  /// The number in a part of an option's value.
  ///
  /// - Throws: ``HarnessError`` of kind `usage` that names the option.
  package func value(of text: String, for option: String) throws(HarnessError) -> Value {
    do { return try value(of: text) } catch {
      throw HarnessError(.usage, "\(option) \(error), not '\(text)'")
    }
  }
}
