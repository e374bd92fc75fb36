import Recipes

/// The recipes of the compact suite.
package enum CompactRecipes {
  /// Those whose weights are part of the program, at full length.
  package static let embedded: [any Recipe] = [
    PerceptualRecipe(), InceptionRecipe(), IdentityRecipe(), ParserRecipe(), ContrastiveRecipe(),
    DenoiserRecipe(), ContrastiveRecipe.judge(), GuideRecipe(), UNetRecipe(), AutoencoderRecipe(),
    CollaborativeRecipe(), SCADMRecipe(),
  ]

  /// All of them, in the order in which `evalkit train all` runs them.
  package static let all: [any Recipe] =
    embedded + [
      GeneratorRecipe(), ControlNetRecipe(),
      InversionRecipe(), HeadGeneratorRecipe(), InversionRecipe(.heads),
    ]

  /// All that can be trained by name: those of ``all``, and networks that only comparisons need.
  package static let known: [any Recipe] =
    all + [SCADMRecipe(isMasked: false)]
    + InversionRecipe.Ablation.allCases.map {
      InversionRecipe(.heads, without: $0, mappingSteps: 950, modulationSteps: 800)
    }
}
