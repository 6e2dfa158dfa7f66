# bash completion for kato; `kato completions bash` prints it.

_kato() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command='' index
  COMPREPLY=()
  # bash makes three words of --option=value.
  if [[ $word == '=' ]]; then
    word=''
  elif [[ $before == '=' ]]; then
    before=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  for ((index = 1; index < COMP_CWORD; index++)); do
    case "$command ${COMP_WORDS[index]}" in
      ' status' | ' sessions' | ' show' | ' tail' | ' search' | ' record' | ' capture' | ' stop' | ' forget' | ' export' | ' policy' | 'policy show' | 'policy check' | 'policy explain' | 'policy allow' | 'policy deny' | ' audit' | 'audit verify' | 'audit verify-all' | 'audit tail' | ' scan' | ' verify' | ' seal' | ' clean' | ' doctor' | ' init' | ' completions' | ' daemon' | ' fleet' | 'fleet status' | ' version' | ' help')
        command="${command:+$command }${COMP_WORDS[index]}"
        ;;
    esac
  done
  case "$command $before" in
    'sessions --limit') return ;;
    'sessions --search') return ;;
    'sessions --sort') _kato_words 'active started size title project'; return ;;
    'sessions --provider') _kato_words 'claude-code codex gemini copilot qwen pi kimi'; return ;;
    'sessions --project') _kato_paths -d; return ;;
    'sessions --since') return ;;
    'show --provider') _kato_words 'claude-code codex gemini copilot qwen pi kimi'; return ;;
    'show --last') return ;;
    'show --from') return ;;
    'show --since') return ;;
    'tail --provider') _kato_words 'claude-code codex gemini copilot qwen pi kimi'; return ;;
    'tail --last') return ;;
    'search --limit') return ;;
    'search --in') _kato_words 'sessions recordings'; return ;;
    'search --role') _kato_parts 'user assistant thinking tool_call tool_result decision notice'; return ;;
    'search --provider') _kato_words 'claude-code codex gemini copilot qwen pi kimi'; return ;;
    'search --project') _kato_paths -d; return ;;
    'search --since') return ;;
    'record --provider') _kato_words 'claude-code codex gemini copilot qwen pi kimi'; return ;;
    'capture --provider') _kato_words 'claude-code codex gemini copilot qwen pi kimi'; return ;;
    'stop --provider') _kato_words 'claude-code codex gemini copilot qwen pi kimi'; return ;;
    'forget --provider') _kato_words 'claude-code codex gemini copilot qwen pi kimi'; return ;;
    'export --file') _kato_paths -f; return ;;
    'export -o' | 'export --output') _kato_paths -f; return ;;
    'export --format') _kato_words 'md jsonl html'; return ;;
    'export --include') _kato_parts 'thinking tools results agents notices'; return ;;
    'export --exclude') _kato_parts 'thinking tools results agents notices'; return ;;
    'export --provider') _kato_words 'claude-code codex gemini copilot qwen pi kimi'; return ;;
    'export --project') _kato_paths -d; return ;;
    'export --since') return ;;
    'export --last') return ;;
    'export --from') return ;;
    'policy check --as') _kato_words 'organisation user'; return ;;
    'policy explain --as') _kato_words 'chat export'; return ;;
    'audit verify --head') return ;;
    'audit verify-all --heads') _kato_paths -d; return ;;
    'audit verify-all --host') return ;;
    'audit verify-all --uid') return ;;
    'audit tail -n' | 'audit tail --lines') return ;;
  esac
  case $command in
    '') if [[ $word == -* ]]; then _kato_words '-h --help -V --version'; else _kato_words 'status sessions show tail search record capture stop forget export policy audit scan verify seal clean doctor init completions daemon fleet version help'; fi ;;
    'status') [[ $word == -* ]] && _kato_words '--watch --json -h --help' ;;
    'sessions') [[ $word == -* ]] && _kato_words '--json --limit --search --sort --expiring --provider --project --since -h --help' ;;
    'show') if [[ $word == -* ]]; then _kato_words '--provider --last --from --since -h --help'; elif [[ $before == "${command##* }" ]]; then _kato_ids; fi ;;
    'tail') if [[ $word == -* ]]; then _kato_words '--provider --last -h --help'; elif [[ $before == "${command##* }" ]]; then _kato_ids; fi ;;
    'search') [[ $word == -* ]] && _kato_words '--json --limit --in --role --provider --project --since --update --no-update --rebuild -h --help' ;;
    'record') if [[ $word == -* ]]; then _kato_words '--json --provider -h --help'; elif [[ $before == "${command##* }" ]]; then _kato_ids; fi ;;
    'capture') if [[ $word == -* ]]; then _kato_words '--json --provider -h --help'; elif [[ $before == "${command##* }" ]]; then _kato_ids; fi ;;
    'stop') if [[ $word == -* ]]; then _kato_words '--json --provider -h --help'; elif [[ $before == "${command##* }" ]]; then _kato_ids; fi ;;
    'forget') if [[ $word == -* ]]; then _kato_words '--json --provider --recordings -h --help'; elif [[ $before == "${command##* }" ]]; then _kato_ids; fi ;;
    'export') if [[ $word == -* ]]; then _kato_words '--file --all -o --output --format --include --exclude --redact --no-redact --force --json --provider --project --since --last --from -h --help'; else _kato_ids; fi ;;
    'policy') if [[ $word == -* ]]; then _kato_words '-h --help'; else _kato_words 'show check explain allow deny'; fi ;;
    'policy show') [[ $word == -* ]] && _kato_words '--json -h --help' ;;
    'policy check') if [[ $word == -* ]]; then _kato_words '--as --json -h --help'; elif [[ $before == "${command##* }" ]]; then _kato_paths -f; fi ;;
    'policy explain') if [[ $word == -* ]]; then _kato_words '--as --json -h --help'; elif [[ $before == "${command##* }" ]]; then _kato_paths -f; fi ;;
    'policy allow') if [[ $word == -* ]]; then _kato_words '--json --default -h --help'; elif [[ $before == "${command##* }" ]]; then _kato_paths -d; fi ;;
    'policy deny') if [[ $word == -* ]]; then _kato_words '--json -h --help'; elif [[ $before == "${command##* }" ]]; then _kato_paths -d; fi ;;
    'audit') if [[ $word == -* ]]; then _kato_words '-h --help'; else _kato_words 'verify verify-all tail'; fi ;;
    'audit verify') if [[ $word == -* ]]; then _kato_words '--head --archived --json -h --help'; else _kato_paths -f; fi ;;
    'audit verify-all') if [[ $word == -* ]]; then _kato_words '--heads --host --uid --archived --json -h --help'; elif [[ $before == "${command##* }" ]]; then _kato_paths -d; fi ;;
    'audit tail') [[ $word == -* ]] && _kato_words '-n --lines -f --follow --json -h --help' ;;
    'scan') if [[ $word == -* ]]; then _kato_words '--json -h --help'; else _kato_paths -f; fi ;;
    'verify') if [[ $word == -* ]]; then _kato_words '--json -h --help'; elif [[ $before == "${command##* }" ]]; then _kato_paths -f; fi ;;
    'seal') if [[ $word == -* ]]; then _kato_words '--json -h --help'; elif [[ $before == "${command##* }" ]]; then _kato_paths -f; fi ;;
    'clean') [[ $word == -* ]] && _kato_words '--json --dry-run -h --help' ;;
    'doctor') [[ $word == -* ]] && _kato_words '--permissions --json -h --help' ;;
    'init') [[ $word == -* ]] && _kato_words '--json --auto -h --help' ;;
    'completions') if [[ $word == -* ]]; then _kato_words '-h --help'; elif [[ $before == "${command##* }" ]]; then _kato_words 'bash zsh fish'; fi ;;
    'daemon') [[ $word == -* ]] && _kato_words '-h --help' ;;
    'fleet') if [[ $word == -* ]]; then _kato_words '-h --help'; else _kato_words 'status'; fi ;;
    'fleet status') [[ $word == -* ]] && _kato_words '--json -h --help' ;;
    'version') [[ $word == -* ]] && _kato_words '--attest --json -h --help' ;;
    'help') if [[ $word == -* ]]; then _kato_words '-h --help'; else _kato_words 'status sessions show tail search record capture stop forget export policy audit scan verify seal clean doctor init completions daemon fleet version'; fi ;;
  esac
  return 0
}

_kato_words() {
  mapfile -t COMPREPLY < <(compgen -W "$1" -- "$word")
}

# Several words, with commas between them.
_kato_parts() {
  local last=${word##*,}
  compopt -o nospace
  mapfile -t COMPREPLY < <(compgen -P "${word%"$last"}" -W "$1" -- "$last")
}

_kato_paths() {
  compopt -o filenames
  mapfile -t COMPREPLY < <(compgen "$1" -- "$word")
}

# Ids of sessions, newest first. They hold nothing that the shell would expand.
_kato_ids() {
  compopt -o nosort
  _kato_words "$(kato sessions --limit 50 2>/dev/null | sed -nE 's/^[^0-9A-Za-z]+([0-9A-Za-z-]{4,}) +(.*)$/\1/p')"
}

complete -F _kato kato
