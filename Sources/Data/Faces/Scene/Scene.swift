/// Everything that a portrait shows: who, how they look today, and the photo.
package struct Scene: Equatable, Sendable {
  /// Who is on the photo.
  package let identity: Identity
  /// Hair, beard, make-up, dress and age.
  package var look: Look
  /// Pose, expression, light, background and camera.
  package var view: View

  /// Creates the scene of a person, a look and a photo.
  package init(identity: Identity, look: Look, view: View) {
    self.identity = identity
    self.look = look
    self.view = view
  }

  /// The first photo of the person that belongs to a seed.
  package init(seed: UInt64) { self.init(identity: Identity(seed: seed), photo: 0) }

  /// A person's photo by number: the same face in another pose, light, expression and dress.
  ///
  /// The first four photos share haircut and hair color; glasses, hat, jewelry and make-up are
  /// drawn again for each.
  package init(identity: Identity, photo: Int) {
    let number = UInt64(photo)
    let first = identity.seed &* 0xD134_2543_DE82_EF95 &+ 1
    let seed = first &+ number &* 0x2545_F491_4F6C_DD1D
    self.init(
      identity: identity, look: Look(of: identity, seed: seed), view: View(seed: seed))
    let habits = Look(of: identity, seed: first &+ (number / 4) &* 0x2545_F491_4F6C_DD1D)
    look.age = habits.age
    look.hairStyle = habits.hairStyle
    look.hairColor = habits.hairColor
    look.hasBangs = habits.hasBangs
    look.beard = habits.beard
  }
}
