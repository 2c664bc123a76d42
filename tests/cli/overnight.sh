#!/bin/sh
# Tunes a model, waits for it, and brings its results here; what becomes of it decides what is done next.
#
#   overnight.sh TRAIN.JSONL FOLDER [OPTION OF `finetop jobs create`]...
#
# Needs nothing but finetop: no jq, no bash. Ends as the job did: 0, 1 where it failed, 75 where it takes
# longer than $PATIENCE.
set -u
train=$1 folder=$2
shift 2

job=$(finetop jobs create "$train" --model tiny-bytes-1 --suffix overnight --field id "$@") || exit
echo "started $job"

finetop jobs wait "$job" --until succeeded --timeout "${PATIENCE:-6h}" >/dev/null
code=$?
case $code in
0)
    for place in 0 1 2; do
        file=$(finetop jobs get "$job" --offline --field "result_files.$place.id" 2>/dev/null) || break
        echo "results $(finetop files get "$file" --out "$folder/")"
    done
    echo "model $(finetop jobs get "$job" --offline --field fine_tuned_model)"
    ;;
1)
    echo "failed: $(finetop jobs get "$job" --offline --field error.message)"
    ;;
75)
    echo "still at it"
    finetop jobs cancel "$job" >/dev/null
    ;;
esac
exit $code
