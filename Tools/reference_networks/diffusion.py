"""Official U-Nets, SDG's guide and autoencoders from checkouts of their repositories, which are imported and not copied.

A folder holds the checkouts under their repositories' names: guided-diffusion (openai), DiffusionCLIP (gwang-kim),
SDG_code (xh-liu), CLIP (openai), Collaborative-Diffusion (ziqihuangg) and SCA-DM (ErgastiAlex); what is missing is left
out. The last two have packages of one name, so a process can make networks of one of them only.
"""

import functools
import importlib.util
import pathlib
import sys
import types

import torch

SIZE = 256
LATENT = 64
CLASSES = 19
TIMESTEP = 500


def adm(folder, channels, blocks, attention):
    """FFHQ's and LSUN's model, float32; checkpointing, which only spares memory in training, is off."""
    for name in ("blobfile", "mpi4py"):
        sys.modules.setdefault(name, types.ModuleType(name))
    sys.modules["mpi4py"].MPI = None
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    from guided_diffusion import unet

    return unet.UNetModel(
        image_size=SIZE,
        in_channels=3,
        model_channels=channels,
        out_channels=6,
        num_res_blocks=blocks,
        attention_resolutions=tuple(SIZE // side for side in attention),
        channel_mult=(1, 1, 2, 2, 4, 4),
        num_head_channels=64,
        use_scale_shift_norm=True,
        resblock_updown=True,
    )


def ddpm(folder):
    """CelebA-HQ's model."""
    path = pathlib.Path(folder) / "models/ddpm/diffusion.py"
    specification = importlib.util.spec_from_file_location("ddpm_diffusion", path)
    module = importlib.util.module_from_spec(specification)
    # The compiler looks for a module where its name says.
    sys.modules[specification.name] = module
    specification.loader.exec_module(module)
    fields = {
        "model": dict(
            ch=128, out_ch=3, ch_mult=(1, 1, 2, 2, 4, 4), num_res_blocks=2, in_channels=3,
            attn_resolutions=[16], dropout=0.0, resamp_with_conv=True,
        ),
        "data": dict(image_size=SIZE),
        "diffusion": dict(num_diffusion_timesteps=1000),
    }
    namespace = types.SimpleNamespace(
        **{name: types.SimpleNamespace(**values) for name, values in fields.items()})
    return module.DDPM(namespace)


def module_of(path, name):
    """A module from a file, whatever package it belongs to."""
    module = types.ModuleType(name)
    module.__package__ = name.rpartition(".")[0]
    # Compilers look modules up by their names.
    sys.modules[name] = module
    exec(compile(pathlib.Path(path).read_text(), str(path), "exec"), module.__dict__)
    return module


def guide(checkouts):
    """`CLIP_gd` around RN50x16's tower with random weights."""
    model = module_of(checkouts / "CLIP/clip/model.py", "clip_model")
    tower = dict(layers=(6, 8, 18, 8), output_dim=768, heads=48, input_resolution=384, width=96)
    loader = types.ModuleType("clip")
    loader.load = lambda *_, **__: (
        types.SimpleNamespace(
            float=lambda: types.SimpleNamespace(visual=model.ModifiedResNet(**tower))), None)
    loader.clip = loader
    sys.modules["clip"] = loader
    package = types.ModuleType("sdg")
    package.__path__ = [str(checkouts / "SDG_code/sdg")]
    sys.modules["sdg"] = package
    module = module_of(checkouts / "SDG_code/sdg/clip_guidance.py", "sdg.clip_guidance")
    network = module.CLIP_gd(types.SimpleNamespace(image_size=SIZE))
    # Its own `train` returns nothing, which `eval` would pass on.
    network.train = lambda mode=True: network
    for part in network.modules():
        part.training = False
    return network


class AtTimestep(torch.nn.Module):
    """A U-Net at one timestep."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, image):
        moments = torch.full((len(image),), float(TIMESTEP))
        return self.network(image, moments)


class GuidedStep(torch.nn.Module):
    """The U-Net's prediction, and the gradient of the guide's cosine with a text by the pixels."""

    needs_gradients = True

    def __init__(self, unet, tower):
        super().__init__()
        self.unet = unet
        self.guide = tower
        self.register_buffer("text", torch.ones(1, 768) / 768**0.5)
        self.requires_grad_(False)

    def forward(self, image):
        moments = torch.full((len(image),), float(TIMESTEP))
        with torch.no_grad():
            prediction = self.unet(image, moments)
        with torch.enable_grad():
            pixels = image.detach().requires_grad_(True)
            embedding = self.guide.encode_image_list(pixels, moments)[-1]
            cosine = (torch.nn.functional.normalize(embedding, dim=-1) * self.text).sum()
            (gradient,) = torch.autograd.grad(120 * cosine, pixels)
        return prediction, gradient


class WithConditions(torch.nn.Module):
    """A latent U-Net at one timestep with conditions that are the same for all images."""

    def __init__(self, network, context, **further):
        super().__init__()
        self.network = network
        self.names = list(further)
        self.register_buffer("context", context)
        for name, value in further.items():
            self.register_buffer(name, value)

    def forward(self, latent):
        count = len(latent)
        moments = torch.full((count,), float(TIMESTEP))
        further = {name: getattr(self, name).expand(count, -1, -1, -1) for name in self.names}
        return self.network(latent, moments, context=self.context.expand(count, -1, -1), **further)


class WholeAutoencoder(torch.nn.Module):
    """An image by way of its latent's mean."""

    def __init__(self, encoder, decoder, width):
        super().__init__()
        self.encoder = encoder
        self.decoder = decoder
        self.quant_conv = torch.nn.Conv2d(2 * width, 2 * width, 1)
        self.post_quant_conv = torch.nn.Conv2d(width, width, 1)

    def forward(self, image):
        mean, _ = self.quant_conv(self.encoder(image)).chunk(2, 1)
        return self.decoder(self.post_quant_conv(mean))


def latent_modules(folder):
    """Latent diffusion's modules of a checkout, without checkpointing, which only spares memory in training."""
    for name in ("clip", "kornia"):
        sys.modules.setdefault(name, types.ModuleType(name))
    sys.path.insert(0, str(folder))
    from ldm.modules import attention
    from ldm.modules.diffusionmodules import model, openaimodel

    direct = lambda function, inputs, parameters, flag: function(*inputs)
    attention.checkpoint = openaimodel.checkpoint = direct
    return model, openaimodel


def collaborative(folder, channels, out):
    """Collaborative Diffusion's branch or dynamic diffuser, reading 77 tokens."""
    _, openaimodel = latent_modules(folder)
    network = openaimodel.UNetModel(
        image_size=LATENT, in_channels=3, out_channels=out, model_channels=channels, num_res_blocks=2,
        attention_resolutions=[2, 4, 8], channel_mult=[1, 2, 3, 5], num_heads=32,
        use_spatial_transformer=True, transformer_depth=1, context_dim=640, legacy=False,
    )
    return WithConditions(network, torch.randn(1, 77, 640))


def autoencoder(folder):
    """KL-f4, encoder and decoder."""
    model, _ = latent_modules(folder)
    numbers = dict(
        ch=128, out_ch=3, ch_mult=(1, 2, 4), num_res_blocks=2, attn_resolutions=[], in_channels=3,
        resolution=SIZE, z_channels=3, double_z=True, dropout=0.0,
    )
    return WholeAutoencoder(model.Encoder(**numbers), model.Decoder(**numbers), 3)


def scadm(folder):
    """SCA-DM's U-Net with masked attention, label map and style codes."""
    _, openaimodel = latent_modules(folder)
    network = openaimodel.UNetModel(
        image_size=LATENT, in_channels=3, out_channels=3, model_channels=224,
        attention_resolutions=[2, 4, 8], num_res_blocks=2, channel_mult=[1, 2, 3, 4],
        num_head_channels=32, use_spatial_transformer=True, context_dim=1280, num_classes=CLASSES,
        use_mask_attn=True,
    )
    labels = torch.zeros(1, CLASSES, SIZE, SIZE)
    labels.scatter_(1, torch.arange(SIZE).view(1, 1, SIZE, 1).expand(1, 1, SIZE, SIZE) * CLASSES // SIZE, 1)
    return WithConditions(network, torch.randn(1, CLASSES, 1280), y=labels)


def networks(checkouts):
    """What the checkouts of a folder allow, by evalkit's names: makers, and the shape of an input."""
    checkouts = pathlib.Path(checkouts)
    found = {}
    if (checkouts / "guided-diffusion").is_dir():
        folder = checkouts / "guided-diffusion"
        ffhq = functools.partial(adm, folder, 128, 1, [16])
        found["adm-ffhq"] = lambda: AtTimestep(ffhq())
        found["adm-lsun"] = lambda: AtTimestep(adm(folder, 256, 2, [32, 16, 8]))
        if (checkouts / "SDG_code").is_dir() and (checkouts / "CLIP").is_dir():
            found["sdg-step"] = lambda: GuidedStep(ffhq(), guide(checkouts))
    if (checkouts / "DiffusionCLIP").is_dir():
        found["ddpm-celebahq"] = lambda: AtTimestep(ddpm(checkouts / "DiffusionCLIP"))
    if (checkouts / "Collaborative-Diffusion").is_dir():
        folder = checkouts / "Collaborative-Diffusion"
        found["ldm-collaborative"] = functools.partial(collaborative, folder, 192, 3)
        found["dynamic-diffuser"] = functools.partial(collaborative, folder, 32, 1)
        found["kl-f4"] = functools.partial(autoencoder, folder)
    if (checkouts / "SCA-DM").is_dir():
        found["sca-dm-unet"] = functools.partial(scadm, checkouts / "SCA-DM")
    latent = {"ldm-collaborative", "dynamic-diffuser", "sca-dm-unet"}
    shape = lambda name: (3, LATENT, LATENT) if name in latent else (3, SIZE, SIZE)
    return {name: (make, shape(name)) for name, make in found.items()}
