/// Paints a scene onto a canvas, from the background to the glasses.
struct PortraitPainter {
  private let scene: Scene
  private let face: FaceForm
  private let head: HeadForm
  private let hair: HairForm
  private let lighting: Lighting
  private let headPose, bodyPose: Pose
  private let framing: Framing

  init(_ scene: Scene, size: Int) {
    self.scene = scene
    let view = scene.view
    face = FaceForm(scene)
    head = HeadForm(scene.identity, face)
    hair = HairForm(scene)
    lighting = Lighting(view)
    headPose = Pose(rotation: Rotation(yaw: view.yaw, pitch: view.pitch, roll: view.roll))
    // The body turns less than the head; the neck stays under the skull.
    var body = Pose(rotation: Rotation(yaw: 0.4 * view.yaw, pitch: 0, roll: 0.15 * view.roll))
    let joint = Vector(0, 7, -1)
    body.shift = headPose(joint) - body.rotation(joint)
    bodyPose = body
    framing = Framing(scene, head: headPose, size: size)
  }

  /// The meshes of a scene, with the light that arrives on them.
  private struct Meshes {
    var head, body: Mesh
    var ears: [Mesh]
    var hair, crown, brim: Mesh?
  }

  private func meshes(isLit: Bool) -> Meshes {
    let hasHat = scene.look.hat != .none
    var meshes = Meshes(
      head: HeadMesh.make(head, Relief(scene.identity, face), pose: headPose),
      body: BodyMesh.make(scene, pose: bodyPose),
      ears: [-1, 1].map { EarMesh.make(scene, head: head, side: $0, pose: headPose) },
      hair: hair.hasHair ? HairMesh.make(scene, head, hair, pose: headPose) : nil,
      crown: hasHat ? HatMesh.crown(scene, head, pose: headPose) : nil,
      brim: hasHat ? HatMesh.brim(scene, head, pose: headPose) : nil)
    guard isLit else { return meshes }
    var shadows = ShadowMap(lighting)
    shadows.add(meshes.head)
    shadows.add(meshes.body)
    if let mesh = meshes.hair {
      shadows.add(mesh) { hair.inside($0.x, $0.z) > 0.3 }
    }
    if let mesh = meshes.crown { shadows.add(mesh) }
    if let mesh = meshes.brim { shadows.add(mesh) }
    shadows.shade(&meshes.head)
    shadows.shade(&meshes.body)
    for index in meshes.ears.indices { shadows.shade(&meshes.ears[index]) }
    if var mesh = meshes.hair {
      shadows.shade(&mesh)
      meshes.hair = mesh
    }
    return meshes
  }

  /// Paints everything, back to front.
  ///
  /// - Parameter isLit: whether colors are wanted; classes are the same without.
  /// - Returns: what was painted.
  func paint(isLit: Bool = true) -> Canvas {
    var canvas = Canvas(size: framing.size)
    if isLit { BackgroundPainter(scene.view).fill(&canvas) }
    var painter = MeshPainter(framing)
    let meshes = self.meshes(isLit: isLit)
    let scale = framing.scale
    if let mesh = meshes.hair {
      painter.draw(
        mesh,
        HairSurface(scene, hair, lighting, pose: headPose, isInside: true),
        on: &canvas,
        options: MeshOptions(
          isTwoSided: true, angles: -1.35...1.35, isOutside: true, lowest: hair.end + 0.5))
    }
    painter.draw(meshes.body, BodySurface(scene, face, lighting, scale: scale), on: &canvas)
    let tone = SkinTone(scene)
    for (mesh, label) in zip(meshes.ears, [Label.rightEar, Label.leftEar]) {
      painter.draw(mesh, EarSurface(skin: tone, lighting: lighting, label: label), on: &canvas)
    }
    painter.draw(meshes.head, FaceSurface(scene, face, hair, lighting, scale: scale), on: &canvas)
    if let mesh = meshes.hair {
      painter.draw(
        mesh, HairSurface(scene, hair, lighting, pose: headPose), on: &canvas,
        options: MeshOptions(isTwoSided: true, angles: -2.2...2.2, lowest: hair.end + 0.5))
    }
    paintAccessories(meshes, &painter, &canvas)
    return canvas
  }

  private func paintAccessories(
    _ meshes: Meshes, _ painter: inout MeshPainter, _ canvas: inout Canvas
  ) {
    let look = scene.look
    if look.earrings != .none {
      let earrings = EarringPainter(scene, lighting)
      for side: Float in [-1, 1] {
        earrings.draw(
          at: headPose(EarMesh.lobe(scene, head: head, side: side)), framing: framing, on: &canvas)
      }
    }
    if let crown = meshes.crown {
      painter.draw(
        crown, HatSurface(lighting: lighting, look: look, isBrim: false), on: &canvas)
    }
    if let brim = meshes.brim {
      painter.draw(
        brim, HatSurface(lighting: lighting, look: look, isBrim: true), on: &canvas,
        options: MeshOptions(isTwoSided: true))
    }
    if look.glasses != .none {
      let surface = GlassesSurface(scene, lighting, scale: framing.scale)
      for side: Float in [-1, 1] {
        painter.draw(
          GlassesSurface.arm(side: side, head: head, pose: headPose), surface, on: &canvas,
          options: MeshOptions(isTwoSided: true))
      }
      painter.draw(GlassesSurface.sheet(pose: headPose), surface, on: &canvas)
    }
  }
}
