"""Official generators and ControlNet from checkouts of their repositories, which are imported and not copied.

A folder holds the checkouts under their repositories' names: stylegan2-pytorch (rosinality), eg3d (NVlabs) and ControlNet
(lllyasviel); what is missing is left out. The last one shares a package's name with two of diffusion.py, so a process can
make networks of one of them only.
"""

import functools
import os
import pathlib
import sys
import types

import torch
import torch.utils.cpp_extension

LATENT = 64
TIMESTEP = 500
FOCAL_LENGTH = 4.2647


class OfCodes(torch.nn.Module):
    """StyleGAN2's synthesis of codes `[N, 512, L, 1]`, constant noise."""

    def __init__(self, folder, size, fused):
        super().__init__()
        torch.utils.cpp_extension.load = lambda *_, **__: None
        sys.path.insert(0, str(folder))
        import model

        self.generator = model.Generator(size, 512, 8)
        for part in self.generator.modules():
            if isinstance(part, model.ModulatedConv2d):
                part.fused = fused

    def forward(self, codes):
        codes = codes[..., 0].transpose(1, 2)
        return self.generator([codes], input_is_latent=True, randomize_noise=False)[0]


class RenderedFace(torch.nn.Module):
    """EG3D's picture of codes `[N, 512, 14, 1]` from the front, in float32, constant noise."""

    def __init__(self, folder):
        super().__init__()
        sys.path.insert(0, str(folder / "eg3d"))
        from camera_utils import LookAtPoseSampler
        from training import triplane

        rendering = {
            "superresolution_module": "training.superresolution.SuperresolutionHybrid8XDC", "sr_antialias": True,
            "decoder_lr_mul": 1, "c_gen_conditioning_zero": False, "c_scale": 1, "ray_start": 2.25, "ray_end": 3.3,
            "depth_resolution": 48, "depth_resolution_importance": 48, "box_warp": 1,
            "disparity_space_sampling": False, "clamp_mode": "softplus", "superresolution_noise_mode": "none",
        }
        self.generator = triplane.TriPlaneGenerator(
            512, 25, 512, 512, 3, sr_num_fp16_res=0, mapping_kwargs={"num_layers": 2}, rendering_kwargs=rendering,
            channel_base=32768, channel_max=512, num_fp16_res=0, conv_clamp=None,
            sr_kwargs={"channel_base": 32768, "channel_max": 512, "fused_modconv_default": "inference_only"},
        )
        front = torch.pi / 2
        pose = LookAtPoseSampler.sample(front, front, torch.tensor([0, 0, 0.2]), radius=2.7)
        intrinsics = torch.tensor([FOCAL_LENGTH, 0, 0.5, 0, FOCAL_LENGTH, 0.5, 0, 0, 1.0])
        self.register_buffer("camera", torch.cat([pose.reshape(1, 16), intrinsics[None]], 1))

    def forward(self, codes):
        codes = codes[..., 0].transpose(1, 2)
        camera = self.camera.expand(len(codes), -1)
        return self.generator.synthesis(codes, camera, neural_rendering_resolution=128, noise_mode="const")["image"]


class ControlledStep(torch.nn.Module):
    """ControlNet and the U-Net that it controls at one timestep, with one text and picture for all."""

    def __init__(self, folder):
        super().__init__()
        sys.path.insert(0, str(folder))
        for name, attributes in {
            "ldm.models.diffusion.ddpm": ["LatentDiffusion"], "ldm.models.diffusion.ddim": ["DDIMSampler"],
            "torchvision.utils": ["make_grid"],
            "ldm.util": ["log_txt_as_img", "exists", "instantiate_from_config"],
        }.items():
            module = sys.modules[name] = types.ModuleType(name)
            for attribute in attributes:
                setattr(module, attribute, object)
        sys.modules["ldm.util"].exists = lambda value: value is not None
        os.environ["ATTN_PRECISION"] = "as it comes"
        from cldm import cldm

        sizes = dict(
            image_size=32, in_channels=4, model_channels=320, attention_resolutions=[4, 2, 1], num_res_blocks=2,
            channel_mult=[1, 2, 4, 4], num_heads=8, context_dim=768, use_spatial_transformer=True, transformer_depth=1,
            use_checkpoint=False, legacy=False,
        )
        self.locked = cldm.ControlledUnetModel(out_channels=4, **sizes)
        self.control = cldm.ControlNet(hint_channels=3, **sizes)
        self.register_buffer("text", torch.randn(1, 77, 768))
        self.register_buffer("hint", torch.rand(1, 3, 8 * LATENT, 8 * LATENT))

    def forward(self, latent):
        count = len(latent)
        moments = torch.full((count,), float(TIMESTEP))
        text, hint = self.text.expand(count, -1, -1), self.hint.expand(count, -1, -1, -1)
        return self.locked(latent, moments, text, self.control(latent, hint, moments, text))


def networks(checkouts):
    """What the checkouts of a folder allow, by evalkit's names: makers, and the shape of an input.

    `stylegan2-1024-unfused` scales activations in place of filters, which the source can do as well.
    """
    checkouts = pathlib.Path(checkouts)
    found = {}
    if (checkouts / "stylegan2-pytorch").is_dir():
        for ending, fused in {"": True, "-unfused": False}.items():
            make = functools.partial(OfCodes, checkouts / "stylegan2-pytorch", 1024, fused)
            found["stylegan2-1024" + ending] = (make, (512, 18, 1))
    if (checkouts / "eg3d").is_dir():
        found["eg3d-512-picture"] = (functools.partial(RenderedFace, checkouts / "eg3d"), (512, 14, 1))
    if (checkouts / "ControlNet").is_dir():
        found["sd15-controlnet"] = (
            functools.partial(ControlledStep, checkouts / "ControlNet"), (4, LATENT, LATENT))
    return found
