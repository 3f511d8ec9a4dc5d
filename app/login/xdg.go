package login

import (
	"fmt"
	"strings"
)

// xdgText is the entry as a desktop file, as the XDG autostart specification has it.
func (e Entry) xdgText() string {
	quoted := make([]string, len(e.Command))
	for i, arg := range e.Command {
		quoted[i] = xdgQuote(arg)
	}
	return fmt.Sprintf(`[Desktop Entry]
Type=Application
Version=1.0
Name=%s
Exec=%s
Terminal=false
X-GNOME-Autostart-enabled=true
`, xdgString(e.Name), xdgString(strings.Join(quoted, " ")))
}

// xdgQuote quotes an argument of Exec.
func xdgQuote(arg string) string {
	return `"` + strings.NewReplacer(`"`, `\"`, "`", "\\`", `$`, `\$`, `\`, `\\`, `%`, `%%`).Replace(arg) + `"`
}

// xdgString escapes a value of a desktop file, whatever it means.
func xdgString(s string) string {
	return strings.NewReplacer(`\`, `\\`, "\n", `\n`, "\r", `\r`, "\t", `\t`).Replace(s)
}

// xdgOn says whether a desktop file is in force: desktops turn one off by a line
// in it.
func xdgOn(text string) bool {
	for line := range strings.Lines(text) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		switch strings.TrimSpace(key) + "=" + strings.ToLower(strings.TrimSpace(value)) {
		case "Hidden=true", "X-GNOME-Autostart-enabled=false":
			return false
		}
	}
	return true
}
