
# The names of the exercises of the course that contains the current folder.
_checker_exercises() {
    local dir=$PWD
    while [[ -n $dir && ! -d $dir/exercises ]]; do dir=${dir%/*}; done
    local -a names=($dir/exercises/*/*/Cargo.toml(N:h:t))
    names=(${names#*_})
    _describe -t exercises exercise names
}

# The completion of cargo that comes with rustup calls this for `cargo checker`.
_cargo-checker() {
    _checker "$@"
}

# Without that completion.
_checker_of_cargo() {
    local at=2
    [[ $words[2] == +* ]] && at=3
    if [[ $words[at] == checker ]] && (( CURRENT > at )); then
        shift $((at - 1)) words
        (( CURRENT -= at - 1 ))
        _checker
    elif (( CURRENT == at )); then
        compadd checker
    else
        _default
    fi
}
(( $+_comps[cargo] )) || compdef _checker_of_cargo cargo
