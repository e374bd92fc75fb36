"""Writes one tiny CLIP in every published spelling under Tests/Models/CheckpointsTests/Goldens.

    python3 Tools/make_clip_checkpoint_goldens.py

needs torch, safetensors and transformers. All files hold the same values, each exact in float16:

    clip_openai.safetensors       float32, OpenAI's names: what the others must turn into
    clip_openai.pt                a TorchScript archive as OpenAI publishes it: matrices in float16,
                                  three scalars beside the parameters
    clip_openai.pth               the state dict alone, in float16
    clip_huggingface.safetensors  Hugging Face's names, which transformers' own CLIPModel loads; its
                                  image and text features must equal those of the PyTorch twin
    clip_openclip.safetensors     open_clip's names of a text tower of its own, in bfloat16

Run with Python 3.11.7, torch 2.15.0, transformers 5.23.0, safetensors 0.8.0.
"""

import io
import pathlib
import zipfile

import torch
from safetensors.torch import save_file
from torch import nn
from transformers import CLIPConfig, CLIPModel

from reference_networks import clip
from reference_networks.tapped_module import TappedModule

GOLDENS = pathlib.Path(__file__).resolve().parent.parent / "Tests/Models/CheckpointsTests/Goldens"
SIZE, PATCH, WIDTH, HEADS, LAYERS, EMBEDDING, VOCABULARY, CONTEXT = 8, 4, 8, 2, 2, 6, 12, 5
SCALARS = {"input_resolution": SIZE, "context_length": CONTEXT, "vocab_size": VOCABULARY}


class CLIP(nn.Module):
    """Both towers under OpenAI's names, smaller than any published one."""

    def __init__(self):
        super().__init__()
        self.positional_embedding = nn.Parameter(torch.zeros(CONTEXT, WIDTH))
        self.text_projection = nn.Parameter(torch.zeros(WIDTH, EMBEDDING))
        self.logit_scale = nn.Parameter(torch.zeros(()))
        for name, value in SCALARS.items():
            self.register_buffer(name, torch.tensor(value))
        self.visual = clip.VisionTransformer(EMBEDDING, SIZE, WIDTH, 0, PATCH)
        self.visual.transformer = clip.Transformer(WIDTH, LAYERS, HEADS)
        self.transformer = clip.Transformer(WIDTH, LAYERS, HEADS)
        self.token_embedding = nn.Embedding(VOCABULARY, WIDTH)
        self.ln_final = nn.LayerNorm(WIDTH)

    def image(self, x):
        self.visual.taps = {}
        return self.visual(x)

    def text(self, tokens):
        x = self.token_embedding(tokens) + self.positional_embedding
        mask = torch.full((CONTEXT, CONTEXT), float("-inf")).triu(1)
        x = self.ln_final(self.transformer(x, lambda _, value: value, mask))
        return x[torch.arange(len(x)), tokens.argmax(1)] @ self.text_projection

    def forward(self, x, tokens):
        return self.image(x), self.text(tokens)


def is_matrix(name):
    """What OpenAI keeps in float16."""
    parts = (".attn.", ".mlp.", "conv1", "visual.proj", "text_projection")
    return any(part in name for part in parts)


def torch_script(model, inputs):
    """A traced archive without the debug records, which hold paths of the machine."""
    traced = torch.jit.trace(model, inputs, check_trace=False)
    for name, parameter in traced.named_parameters():
        if is_matrix(name):
            parameter.data = parameter.data.half()
    saved = io.BytesIO()
    torch.jit.save(traced, saved)
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(
        GOLDENS / "clip_openai.pt", "w"
    ) as target:
        for entry in source.infolist():
            if not entry.filename.endswith(".debug_pkl"):
                target.writestr(zipfile.ZipInfo(entry.filename), source.read(entry))


def hugging_face(state, inputs, features):
    """The same weights in transformers' model, whose features must be the twin's."""
    tower = dict(
        hidden_size=WIDTH, intermediate_size=4 * WIDTH, num_hidden_layers=LAYERS,
        num_attention_heads=HEADS, hidden_act="quick_gelu", projection_dim=EMBEDDING,
    )  # fmt: skip
    config = CLIPConfig(
        text_config=dict(
            tower, vocab_size=VOCABULARY, max_position_embeddings=CONTEXT,
            eos_token_id=VOCABULARY - 1, bos_token_id=0, pad_token_id=1,
        ),
        vision_config=dict(tower, image_size=SIZE, patch_size=PATCH),
        projection_dim=EMBEDDING,
    )  # fmt: skip
    model = CLIPModel(config).eval()
    theirs = {}
    for name in model.state_dict():
        theirs[name] = of_hugging_face(name, state)
    model.load_state_dict(theirs)
    with torch.no_grad():
        output = model(pixel_values=inputs[0], input_ids=inputs[1])
    for ours, found in zip(features, (output.image_embeds, output.text_embeds)):
        ours = ours / ours.norm(dim=1, keepdim=True)
        assert torch.allclose(ours, found, atol=1e-5), (ours, found)
    # Published files hold these counters too; newer versions of transformers do not keep them.
    theirs["text_model.embeddings.position_ids"] = torch.arange(CONTEXT)[None]
    theirs["vision_model.embeddings.position_ids"] = torch.arange((SIZE // PATCH) ** 2 + 1)[None]
    save({name: tensor.contiguous() for name, tensor in theirs.items()}, "clip_huggingface")


def of_hugging_face(name, state):
    """One tensor of transformers' model from OpenAI's, written for this script alone."""
    side = "visual." if name.startswith("vision_model") or name == "visual_projection.weight" else ""
    last = name.rsplit(".", 1)[-1]
    if name == "logit_scale":
        return state[name]
    if name in ("visual_projection.weight", "text_projection.weight"):
        return state["visual.proj" if side else "text_projection"].T
    if "class_embedding" in name:
        return state["visual.class_embedding"]
    if "patch_embedding" in name:
        return state["visual.conv1.weight"]
    if "position_embedding" in name:
        return state[side + "positional_embedding"]
    if "token_embedding" in name:
        return state["token_embedding.weight"]
    for theirs, ours in (("pre_layrnorm", "ln_pre"), ("post_layernorm", "ln_post"), ("final_layer_norm", "ln_final")):
        if theirs in name:
            return state[f"{side}{ours}.{last}"]
    block = f"{side}transformer.resblocks.{name.split('.')[3]}."
    for index, letter in enumerate("qkv"):
        if f"{letter}_proj" in name:
            return state[f"{block}attn.in_proj_{last}"].chunk(3)[index]
    for theirs, ours in (("out_proj", "attn.out_proj"), ("layer_norm1", "ln_1"), ("layer_norm2", "ln_2"), ("fc1", "mlp.c_fc"), ("fc2", "mlp.c_proj")):
        if theirs in name:
            return state[f"{block}{ours}.{last}"]
    raise KeyError(name)


def save(tensors, name):
    save_file({key: tensor.clone() for key, tensor in tensors.items()}, GOLDENS / f"{name}.safetensors")


if __name__ == "__main__":
    torch.manual_seed(20260102)
    model = CLIP().eval()
    for parameter in model.parameters():
        # Eight bits of mantissa, so that float16 and bfloat16 hold the same value.
        parameter.data = (torch.randint(-128, 128, parameter.shape) / 256).float()
    inputs = torch.randn(1, 3, SIZE, SIZE), torch.tensor([[0, 3, 5, VOCABULARY - 1, 1]])
    parameters = {name: value.detach() for name, value in model.named_parameters()}
    with torch.no_grad():
        features = model(*inputs)
    save(parameters, "clip_openai")
    half = {key: value.half() if is_matrix(key) else value for key, value in model.state_dict().items()}
    torch.save(half, GOLDENS / "clip_openai.pth")
    hugging_face(parameters, inputs, features)
    openclip = {
        key if key.startswith(("visual.", "logit_scale")) else f"text.{key}": value.bfloat16()
        for key, value in parameters.items()
    }
    save(openclip | {"text.attn_mask": torch.zeros(CONTEXT, CONTEXT)}, "clip_openclip")
    torch_script(model, inputs)
