#!/usr/bin/env bash
# Gets the peers that tools/bench/run.ts measures beside this package, into out/bench, which git ignores:
#   ONNX Runtime for Node and for the web (npm), PyTorch, Ultralytics, OpenVINO (pip).
#
#   tools/bench/setup.sh                    a Python environment of its own (about 2 GB)
#   tools/bench/setup.sh --python PATH      an interpreter that you have; what it lacks goes into out/bench/site
#   tools/bench/setup.sh --pages            also LiteRT.js and its converter, for tools/bench/pages.ts (3 GB more)
#
# Every peer is optional: run.ts leaves out what is missing and says so. `rm -r out/bench` takes everything away.
set -euo pipefail
cd "$(dirname "$0")/../.."
readonly FOLDER=out/bench
readonly ORT=1.30.0
readonly TORCH=2.15.0 VISION=0.29.2 ULTRALYTICS=8.4.190 ONNX=1.23.2 OPENVINO=2026.4.1 SAFETENSORS=0.8.0
readonly LITERT=2.5.3 LITERT_TORCH=0.10.0 LITERT_VISION=0.29.1

python=
pages=
while [ $# -gt 0 ]; do
  case "$1" in
    --python) python=${2:?--python needs a path}; shift 2 ;;
    --pages) pages=1; shift ;;
    *) sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 2 ;;
  esac
done

mkdir -p "$FOLDER"
if [ -z "$python" ]; then
  python3 -m venv "$FOLDER/venv"
  python=$PWD/$FOLDER/venv/bin/python
fi
printf '%s\n' "$python" >"$FOLDER/python.txt"

# What a module is called when imported, and which package brings it.
missing=()
while read -r module package; do
  PYTHONPATH="$FOLDER/site" "$python" -c "import importlib.util as u, sys; sys.exit(u.find_spec('$module') is None)" ||
    missing+=("$package")
done <<LIST
torch torch==$TORCH
torchvision torchvision==$VISION
ultralytics ultralytics==$ULTRALYTICS
onnx onnx==$ONNX
openvino openvino==$OPENVINO
safetensors safetensors==$SAFETENSORS
LIST
if [ ${#missing[@]} -gt 0 ]; then
  if [ -d "$FOLDER/venv" ]; then
    "$python" -m pip install --quiet "${missing[@]}"
  else
    # Into a folder of our own; what the interpreter has stays as it is.
    "$python" -m pip install --quiet --no-deps --target "$FOLDER/site" "${missing[@]}"
  fi
fi

wanted=(onnxruntime-node onnxruntime-web)
if [ -n "$pages" ]; then wanted+=(@litertjs/core); fi
lacking=
for name in "${wanted[@]}"; do if [ ! -d "$FOLDER/node_modules/$name" ]; then lacking=1; fi; done
if [ -n "$lacking" ]; then
  printf '{ "private": true, "dependencies": { "onnxruntime-node": "%s", "onnxruntime-web": "%s", "@litertjs/core": "%s" } }\n' \
    "$ORT" "$ORT" "$LITERT" >"$FOLDER/package.json"
  # Its install script would fetch CUDA libraries; the CPU's are in the package.
  (cd "$FOLDER" && ONNXRUNTIME_NODE_INSTALL=skip npm install --silent --no-audit --no-fund --ignore-scripts)
fi
if [ -n "$pages" ] && [ ! -d "$FOLDER/litert" ]; then
  # An environment of its own: the converter needs another PyTorch.
  python3 -m venv "$FOLDER/litert"
  "$FOLDER/litert/bin/python" -m pip install --quiet "litert-torch==$LITERT_TORCH" "torchvision==$LITERT_VISION" \
    "ultralytics==$ULTRALYTICS" "safetensors==$SAFETENSORS"
fi
echo "The peers are in $FOLDER. Next: npx tsx tools/bench/run.ts --prepare"
