//go:build !windows

package texts

import (
	"context"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"
)

func systemLanguages() []string {
	if runtime.GOOS == "darwin" {
		return ofTheMac()
	}
	return ofTheEnvironment(os.Getenv)
}

// ofTheEnvironment goes by what gettext goes by.
func ofTheEnvironment(get func(string) string) []string {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		locale := get(name)
		if locale == "" {
			continue
		}
		if locale == "C" || strings.HasPrefix(locale, "C.") || locale == "POSIX" {
			return nil
		}
		return append(strings.FieldsFunc(get("LANGUAGE"), func(r rune) bool { return r == ':' }), locale)
	}
	return nil
}

// ofTheMac asks the settings, which an app that is opened has in no variable.
func ofTheMac() []string {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, "defaults", "read", "-g", "AppleLanguages").Output()
	if err != nil {
		return nil
	}
	return strings.FieldsFunc(string(out), func(r rune) bool { return strings.ContainsRune("()\", \n", r) })
}
