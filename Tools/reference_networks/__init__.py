"""PyTorch definitions of the evaluated networks, independent of Sources/Networks.

They carry the published state dicts' names, and serve Tools/make_network_goldens.py alone.
"""

from functools import partial

from .bisenet import BiSeNet
from .celebamask_unet import CelebAMaskUNet
from .inception_v3 import InceptionV3
from .ir_se50 import IRSE50
from .iresnet import BLOCKS, IResNet
from .mobilefacenet import MobileFaceNet
from .trunks import VGG16, AlexNet, SqueezeNet

NETWORKS = {
    "inception-fid": InceptionV3,
    "alexnet": AlexNet,
    "vgg16": VGG16,
    "squeezenet1_1": SqueezeNet,
    "ir-se50": IRSE50,
    "mobilefacenet": MobileFaceNet,
    **{f"iresnet{depth}": partial(IResNet, depth) for depth in BLOCKS},
    "bisenet": BiSeNet,
    "celebamask-unet": CelebAMaskUNet,
}
