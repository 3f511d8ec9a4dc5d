package redact

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSecretsAreTakenOutByTheirLooks(t *testing.T) {
	const key = "4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318"
	const phrase = "legal winner thank year wave sausage worth useful legal winner thank yellow"
	for name, c := range map[string]struct{ text, secret string }{
		"a private key":             {"sign with " + key, key},
		"a private key with 0x":     {"sign with 0x" + key + ", then", key},
		"a phrase":                  {"the words are " + phrase + ".", "winner thank"},
		"a phrase in capitals":      {strings.ToUpper(phrase), "WINNER"},
		"a phrase as JSON":          {`["` + strings.ReplaceAll(phrase, " ", `","`) + `"]`, "sausage"},
		"a phrase with numbers":     {"1. legal 2. winner 3. thank 4. year 5. wave 6. sausage 7. worth 8. useful 9. legal", "sausage"},
		"a hub's token":             {"got hf_AbCdEfGhIjKlMnOpQr from the page", "hf_AbCd"},
		"a login in an address":     {"proxy socks5://erika:geheim@10.0.0.1:1080 refused", "geheim"},
		"a login with odd signs":    {"http://erika:p@ss@proxy:8080/", "p@ss"},
		"a query":                   {"GET https://cdn.example/file?X-Signature=abc&k=v failed", "X-Signature"},
		"a link's token":            {"http://127.0.0.1:7000/#token=abc", "token=abc"},
		"a key in a path":           {"wss://mainnet.example/v3/0123456789abcdef0123456789abcdef", "abcdef0123456789"},
		"a header":                  {"Authorization: Bearer abc.def-ghi", "abc.def"},
		"a header's value":          {"sent Bearer abcdefgh12345", "abcdefgh12345"},
		"a password by its name":    {`err="x" password=hunter2 next=1`, "hunter2"},
		"a quoted one":              {`passphrase="correct horse \" battery" next=1`, "battery"},
		"one in JSON":               {`{"file_passphrase":"hunter2"}`, "hunter2"},
		"one of base64":             {"opened by dGhpcyBpcyBhIHZlcnkgbG9uZyBzZWNyZXQgdGV4dA==", "IHZlcnkgbG9uZyBz"},
		"a local API's token, bare": {key, key},
	} {
		var r Redactor
		if got := r.Secret(c.text); strings.Contains(got, c.secret) {
			t.Errorf("%s: %q is left in %q", name, c.secret, got)
		}
	}
}

func TestWhatHelpsStays(t *testing.T) {
	for _, text := range []string{
		`the node can't run yet err="dial tcp 127.0.0.1:7402: connect: connection refused" again in=1s`,
		"reach https://huggingface.co/Qwen/Qwen2.5-0.5B-Instruct-GGUF/resolve/main/config.json",
		"this is what the network can give you when you come here and ask it about a task",
		"msg=making-room-for-a-program-that-has-a-very-long-name",
		"block 12345, chain 1337, 16 GB, 0x1234…abcd",
	} {
		var r Redactor
		if got := r.Secret(text); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
	var r Redactor
	const tx = "0x88df016429689c079f3b2f6ad39fa052532c56795b733da78a91ebe6a713944b"
	if got := r.Secret("sent " + tx); got != "sent 0x88df…944b" {
		t.Errorf("a hash became %q", got)
	}
}

func TestWhatIsKnownGoesWhereverItStands(t *testing.T) {
	var r Redactor
	r.Know("swordfish", "swordfish-and-more", "ab")
	got := r.Secret("xxswordfishxx swordfish-and-more abc")
	if want := "xx" + Gone + "xx " + Gone + " abc"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestPrivateHidesWhoAndWhere(t *testing.T) {
	home, err := os.UserHomeDir()
	if err != nil {
		t.Skip(err)
	}
	var r Redactor
	got := r.Private(filepath.Join(home, "models", "a.gguf") + ` /home/erika/x C:\Users\Erika\y "C:\\Users\\Erika\\z" /Users/erika/z`)
	for _, no := range []string{home + string(filepath.Separator), "erika", "Erika"} {
		if strings.Contains(got, no) {
			t.Errorf("%q is left in %q", no, got)
		}
	}
	if !strings.Contains(got, "a.gguf") {
		t.Errorf("the file's name is gone from %q", got)
	}
}

func FuzzAKeyNeverStays(f *testing.F) {
	const key = "4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318"
	f.Add("a ", " b")
	f.Add("token=", "&")
	f.Add("http://x:", "@y")
	f.Fuzz(func(t *testing.T, before, after string) {
		var r Redactor
		if got := r.Secret(before + key + after); strings.Contains(got, key[8:56]) {
			t.Errorf("%q stays in %q", key, got)
		}
	})
}

func BenchmarkSecret(b *testing.B) {
	line := strings.Repeat(`the node can't run yet err="dial tcp 127.0.0.1:7402: connection refused" again in=1s `, 12)
	var r Redactor
	b.SetBytes(int64(len(line)))
	for b.Loop() {
		r.Secret(line)
	}
}
