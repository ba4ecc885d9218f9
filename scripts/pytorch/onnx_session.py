"""The image encoder in ONNX Runtime."""
import tempfile

import torch
from towers import encode_images


class Encoder(torch.nn.Module):
    def __init__(self, clip, about):
        super().__init__()
        self.clip, self.about = clip, about

    def forward(self, pixels):
        return encode_images(self.clip, pixels, int(self.about["heads"]), int(self.about["layers"]))


def image_session(clip, pixels, about):
    """A function that encodes the images on as many threads as moco did; with int8, in ONNX Runtime's dynamic quantization by
    output channel."""
    import onnxruntime

    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/encoder.onnx"
        torch.onnx.export(
            Encoder(clip, about), (pixels,), path, input_names=["pixels"], output_names=["features"], dynamo=False,
            opset_version=17)
        if about["precision"] == "int8":
            from onnxruntime.quantization import QuantType, quantize_dynamic

            quantized = f"{folder}/quantized.onnx"
            quantize_dynamic(path, quantized, per_channel=True, weight_type=QuantType.QInt8)
            path = quantized
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = int(about["threads"])
        session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    print(f"onnxruntime: {onnxruntime.__version__}")
    return lambda: torch.from_numpy(session.run(None, {"pixels": pixels.numpy()})[0])
