# What train-nano and measure-nano share; sourced by them with the folder of the runs.
set -euo pipefail
runs=${1:-runs/nano}
recipes=models/recipes
mkdir -p "$runs"
dotnet build -c Release src/Cli >"$runs/build.log"
suti() { dotnet src/Cli/bin/Release/net10.0/suti.dll "$@"; }

# train STAGE NAME RECIPE [MORE …]: in RUNS/NAME; what is finished is passed over, what was begun goes on.
train() {
  local stage=$1 to="$runs/$2" recipe=$3
  shift 3
  [ -e "$to/finished" ] && return
  if [ -e "$to/run.json" ]; then
    suti train "$stage" --out "$to" --resume | tee -a "$to.log"
  else
    suti train "$stage" "$@" --config "$recipes/$recipe.json" --out "$to" | tee -a "$to.log"
  fi
  tail -n 1 "$to.log" | grep -q '^finished' || exit 1
  touch "$to/finished"
}

judges=(--clip "$runs/clip/model" --dino "$runs/dino/model")
