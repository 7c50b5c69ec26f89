using System.CommandLine;
using SesameGrpc.Cli.Connecting;
using SesameGrpc.Cli.Output;

namespace SesameGrpc.Cli.Shell;

/// <summary>`sesame completion`: a script for the shell, which asks this program what may come next.</summary>
internal static class CompletionCommand
{
    private static readonly Argument<string> Shell = new Argument<string>("SHELL") { Description = "The shell." }.AcceptOnlyFromAmong(
        "bash",
        "zsh",
        "fish"
    );

    // Each passes the words up to the cursor, with a plain name in front however the program was called, and how long they are.
    private const string Bash = """
        # In ~/.bashrc: source <(sesame completion bash)
        _sesame() {
            local line="sesame ${COMP_LINE:${#COMP_WORDS[0]}+1:COMP_POINT-${#COMP_WORDS[0]}-1}" word="${COMP_WORDS[COMP_CWORD]}" candidate
            COMPREPLY=()
            while read -r candidate; do
                [[ "${candidate,,}" == "${word,,}"* ]] && COMPREPLY+=("$candidate")
            done < <("${COMP_WORDS[0]}" "[suggest:${#line}]" "$line" 2>/dev/null)
        }
        complete -o default -F _sesame sesame ./sesame
        """;

    private const string Zsh = """
        # In ~/.zshrc, behind compinit: source <(sesame completion zsh)
        _sesame() {
            local line="sesame ${(j: :)words[2,CURRENT]}"
            local -a candidates=("${(@f)$("${words[1]}" "[suggest:${#line}]" "$line" 2>/dev/null)}")
            compadd -- "${candidates[@]}" || _files
        }
        compdef _sesame sesame
        """;

    private const string Fish = """
        # In ~/.config/fish/completions/sesame.fish
        complete -c sesame -f -a '(set -l line (commandline -cp); sesame "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null)'
        """;

    public static Command Create() =>
        new Command("completion", "Print a script that completes commands, options and values in a shell.")
            .With(Shell)
            .Runs(
                async (context, _) =>
                {
                    await context.Output.Out.WriteLineAsync(
                        context.Get(Shell) switch
                        {
                            "zsh" => Zsh,
                            "fish" => Fish,
                            _ => Bash,
                        }
                    );
                    return ExitCode.Ok;
                }
            );
}
