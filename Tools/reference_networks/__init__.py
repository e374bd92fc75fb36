"""PyTorch definitions of the evaluated networks, independent of Sources/Models/Networks.

They carry the published state dicts' names, and serve Tools/make_network_goldens.py alone.
"""

from functools import partial

from .bisenet import BiSeNet
from .celebamask_unet import CelebAMaskUNet
from .inception_v3 import InceptionV3
from .ir_backbone import IRBackbone
from .iresnet import BLOCKS, IResNet
from .mobilefacenet import MobileFaceNet
from .trunks import DISTS, VGG16, AlexNet, SqueezeNet

NETWORKS = {
    "inception-fid": InceptionV3,
    "alexnet": AlexNet,
    "vgg16": VGG16,
    "squeezenet1_1": SqueezeNet,
    "dists": DISTS,
    "ir-se50": partial(IRBackbone, 50, excites=True),
    "ir-50": partial(IRBackbone, 50),
    "ir-100": partial(IRBackbone, 100),
    "ir-101": partial(IRBackbone, 100, affine=False),
    "mobilefacenet": MobileFaceNet,
    **{f"iresnet{depth}": partial(IResNet, depth) for depth in BLOCKS},
    "bisenet": BiSeNet,
    "celebamask-unet": CelebAMaskUNet,
}
