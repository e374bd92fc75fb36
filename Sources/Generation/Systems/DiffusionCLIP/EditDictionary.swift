import Essentials
import Metrics
import Models
import Objectives
import Pipelines

extension EditTexts {
  /// The loss along the direction from one text to the other, averaged over the 79 templates.
  ///
  /// - Parameter tower: CLIP's text tower.
  /// - Returns: the loss.
  /// - Throws: `CLIPDirectionError` for texts that the tower does not tell apart; what reading texts throws.
  package func directionalLoss(_ tower: TextExtractor) throws -> DirectionalLoss {
    func embeddings(_ text: String) throws -> [[Float]] {
      try tower.embeddings(
        of: PromptTemplates.imageNet.filled(with: text), in: WorkerMemory()
      ).map { try $0.get() }
    }
    let direction = try CLIPTextDirection(
      source: embeddings(source), target: embeddings(target))
    return try DirectionalLoss(along: direction.vector)
  }

  /// The loss of the target alone, as “a TARGET”, with which the repository optimizes latents.
  ///
  /// - Parameter tower: CLIP's text tower.
  /// - Returns: the loss.
  /// - Throws: what reading texts throws.
  package func globalLoss(_ tower: TextExtractor) throws -> GlobalCLIPLoss {
    let features = try tower.embeddings(of: ["a \(target)"], in: WorkerMemory()).map {
      try $0.get()
    }
    return try GlobalCLIPLoss(text: features.first ?? [])
  }
}

extension EditTexts {
  /// Texts that were given, or those of an edit's name.
  ///
  /// - Parameters:
  ///   - edit: a name of the dictionary; nil where texts are given.
  ///   - source: what images show; nil takes the dictionary's, or `face`.
  ///   - target: what they are to show; nil takes the dictionary's.
  ///   - dictionary: the dictionary.
  /// - Returns: the texts; nil if neither a target nor an edit is given.
  /// - Throws: ``UnknownEdit``.
  package static func chosen(
    edit: String?, source: String?, target: String?, from dictionary: EditDictionary
  ) throws(UnknownEdit) -> EditTexts? {
    var known: EditTexts?
    if let edit { known = try dictionary.texts(of: edit) }
    guard let target = target ?? known?.target else { return nil }
    return EditTexts(source: source ?? known?.source ?? "face", target: target)
  }
}

extension EditTexts {
  /// An edit that stands for any other where only what all have in common is asked for.
  package static let example = EditTexts(source: "face", target: "tanned face")
}

/// DiffusionCLIP's dictionary of edits.
package enum EditDictionary: String, CaseIterable, Sendable {
  /// With `gray_hair` as the paper means it.
  case corrected
  /// As released, where the entry for gray hair asks for red hair.
  case released

  /// The texts of a name.
  ///
  /// - Throws: ``UnknownEdit`` that offers the nearest name.
  package func texts(of name: String) throws(UnknownEdit) -> EditTexts {
    let entry = self == .released && name == "gray_hair" ? "red_hair" : name
    guard let texts = Self.entries[entry] else {
      throw UnknownEdit(name: name, known: Self.names)
    }
    return texts
  }

  /// Names of all edits, in order.
  package static var names: [String] { entries.keys.sorted() }

  /// `name: source → target`.
  ///
  /// Source: `gwang-kim/DiffusionCLIP`, `utils/text_dic.py`; misspelled texts are as they stand there, since CLIP reads
  /// them letter by letter.
  /// - Deviation: what is called `gray_hair` here has the British spelling there.
  private static let entries: [String: EditTexts] = {
    var entries: [String: EditTexts] = [:]
    for line in table.split(separator: "\n") {
      let halves = line.split(separator: "|").map(String.init)
      entries[halves[0]] = EditTexts(source: halves[1], target: halves[2])
    }
    return entries
  }()

  private static let table = """
    tanned|face|tanned face
    pale|face|pale face
    makeup|person|person with makeup
    no_makeup|person|person without makeup
    old|person|old person
    young|person|young person
    beards|person|person with beards
    angry|face|angry face
    surprised|face|surprised face
    smiling|face|smiling face
    blond_hair|person|person with blond hair
    red_hair|person|person with red hair
    gray_hair|person|person with gray hair
    curly_hair|person|person with curly hair
    nicolas|Person|Nicolas Cage
    zuckerberg|Person|Mark Zuckerberg
    benedict|Person|Benedict Cumberbatch
    gogh|photo|painting by Gogh
    frida|photo|self-portrait by Frida Kahlo
    modigliani|photo|Painting in Modigliani style
    sketch|photo|sketch
    watercolor|photo|Watercolor Art with Thick Brushstrokes
    elf|Human|Tolkien elf
    super_saiyan|Human|Super saiyan
    pixar|Human|3D render in the style of Pixar
    neanderthal|Human|Neanderthal
    zombie|Human|Zombie
    jocker|Human|The Jocker
    dog_nicolas|Dog|Nicolas Cage
    dog_yorkshire|Dog|Yorkshire Terrier
    dog_smiling|Dog|Smiling Dog
    dog_zombie|Dog|Zombie
    dog_super_saiyan|Dog|Super saiyan
    dog_venom|Dog|Venom
    dog_bear|Dog|Bear
    dog_fox|Dog|Fox
    dog_wolf|Dog|Wolf
    dog_hamster|Dog|Hamster
    church_snow|Church|Snow Coverd Church
    church_night|Church|Church at night
    church_red_brick|Church|Red brick wall Church
    church_golden|Church|Golden Church
    church_wooden_house|Church|Wooden House
    church_gothic|Church|Gothic Church
    church_ancient_tower|Church|Ancient traditional Asian tower
    church_temple|Church|Temple
    church_factory|church|factory with chimneys
    church_department_store|church|department store
    bedroom_blue|Bedroom|Blue tone Bedroom
    bedroom_green|Bedroom|Green tone Bedroom
    bedroom_golden|Bedroom|Golden Bedroom
    bedroom_princess|Bedroom|Princess Bedroom
    bedroom_palace|Bedroom|Palace Bedroom
    bedroom_wooden|Bedroom|Wooden Bedroom
    """
}

/// An edit that the dictionary does not have.
package struct UnknownEdit: Error, Equatable, CustomStringConvertible {
  /// What was asked for.
  package let name: String
  /// What there is.
  package let known: [String]

  /// What was asked for and what there is.
  package var description: String { Spelling.refusal(of: name, as: "edit", known: known) }
}
