"""Opens a checkpoint folder in PyTorch and prints, as one line of JSON, its raw logits for given ids, and how the folder's
tokenizer encodes a text.

With UNMASK_DREAM_CODE naming a folder that holds the public configuration_dream.py and modeling_dream.py, the model is
opened with that code. Without, with transformers' Qwen2, from which Dream differs by attending in both directions: the
mask says so. No weight may be missing or left over.

usage: pytorch_logits.py FOLDER '[[1, 2, 3]]' TEXT
"""

import json
import os
import shutil
import sys
import tempfile

import torch
from transformers import AutoModel, PreTrainedTokenizerFast, Qwen2Config, Qwen2ForCausalLM


def with_public_code(folder, code, ids):
    with tempfile.TemporaryDirectory() as beside:
        shutil.copytree(folder, beside, dirs_exist_ok=True)
        for name in os.listdir(code):
            if name.endswith(".py"):
                shutil.copy(os.path.join(code, name), beside)
        model, info = AutoModel.from_pretrained(
            beside, trust_remote_code=True, torch_dtype=torch.float32, output_loading_info=True
        )
        return model.eval()(input_ids=ids, attention_mask="full", use_cache=False).logits, info


def with_qwen2(folder, ids):
    with open(os.path.join(folder, "config.json")) as file:
        given = json.load(file)
    kept = {k: v for k, v in given.items() if k not in ("model_type", "auto_map", "architectures")}
    model, info = Qwen2ForCausalLM.from_pretrained(
        folder,
        config=Qwen2Config(**kept),
        dtype=torch.float32,
        attn_implementation="eager",
        output_loading_info=True,
    )
    length = ids.shape[1]
    everything = torch.zeros(ids.shape[0], 1, length, length)
    return model.eval()(input_ids=ids, attention_mask=everything, use_cache=False).logits, info


folder, ids, text = sys.argv[1], torch.tensor(json.loads(sys.argv[2])), sys.argv[3]
code = os.environ.get("UNMASK_DREAM_CODE")
with torch.no_grad():
    logits, info = with_public_code(folder, code, ids) if code else with_qwen2(folder, ids)
print(
    json.dumps(
        {
            "code": "public Dream" if code else "Qwen2, both directions",
            "logits": logits.flatten().tolist(),
            "missing": sorted(info["missing_keys"]),
            "unexpected": sorted(info["unexpected_keys"]),
            # AutoTokenizer would ask for the model's code first, which config.json names.
            "ids": PreTrainedTokenizerFast.from_pretrained(folder).encode(text, add_special_tokens=False),
        }
    )
)
