package models

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
)

// An id names a model as tasks do: the name of a repository, which may be
// followed by "@" and the variant of the weights that is meant, or by "#" and the
// only file that is; or the address of a file. Several models can be of one
// repository, and then share its folder.

// reference is an id taken apart.
type reference struct {
	// home is what has a folder of its own: the repository, or the whole address.
	home string
	// variant of a repository's weights, as in fp16; empty for the plain ones.
	variant string
	// file of a repository; empty for what the repository is.
	file string
	// address is nil for a repository.
	address *url.URL
}

// variantName is what diffusers calls variants, such as fp16. Names of more parts,
// and the doubles without a moving average that training goes on from, are none.
var variantName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$`)

func isVariant(s string) bool { return variantName.MatchString(s) && s != "non_ema" }

// parseID refuses names that could leave the model folder.
func parseID(id string) (reference, error) {
	if strings.Contains(id, "://") {
		return parseAddress(id)
	}
	name, file, hasFile := strings.Cut(id, "#")
	name, variant, hasVariant := strings.Cut(name, "@")
	r := reference{home: name, variant: variant, file: file}
	switch err := checkID(name); {
	case err != nil:
		return reference{}, err
	case hasVariant && !isVariant(variant):
		return reference{}, fmt.Errorf("model %.200q: %.100q is not a variant, such as fp16", id, variant)
	case hasFile && !(isSafeName(file) && (hasSuffix(file, ".safetensors") || hasSuffix(file, ".gguf"))):
		return reference{}, fmt.Errorf("model %.200q: %.200q is not a .safetensors or .gguf file of a repository", id, file)
	case hasFile && hasVariant:
		return reference{}, fmt.Errorf("model %.200q names a variant and a file, want one of them", id)
	}
	return r, nil
}

// CheckID says in words why an id names no model; nil when it may.
func CheckID(id string) error {
	_, err := parseID(id)
	return err
}

const maxAddress = 2048

// parseAddress takes https, and http on this computer, which tests and local
// networks use. An address with a name and password is refused, as those would
// be shown wherever the model is.
func parseAddress(id string) (reference, error) {
	plain := strings.IndexFunc(id, func(r rune) bool { return r <= ' ' || r > '~' || r == '"' || r == '\\' }) < 0
	u, err := url.Parse(id)
	switch {
	case err != nil || !plain || len(id) > maxAddress || u.Hostname() == "" || u.Opaque != "":
		return reference{}, errors.New("the model's address can't be read: want https://, a host and a path, in at most 2048 plain letters")
	case u.User != nil:
		return reference{}, fmt.Errorf("the model's address at %.100q has a user name in it, which is not sent", u.Host)
	case strings.Contains(id, "#"):
		return reference{}, fmt.Errorf("the model's address at %.100q has a part after #, which names nothing", u.Host)
	case u.Scheme != "https" && !(u.Scheme == "http" && isLoopbackName(u.Hostname())):
		return reference{}, fmt.Errorf("the model's address at %.100q begins with %.20s://, want https://", u.Host, u.Scheme)
	}
	return reference{home: id, address: u}, nil
}

func isLoopbackName(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.Unmap().IsLoopback()
}

// homeOf is the home of an id that was parsed before.
func homeOf(id string) string {
	if strings.Contains(id, "://") {
		return id
	}
	if end := strings.IndexAny(id, "@#"); end >= 0 {
		return id[:end]
	}
	return id
}

// Label is an id for logs and messages: of an address only the host and the path,
// because a query may hold a key.
func Label(id string) string {
	if !strings.Contains(id, "://") {
		return id
	}
	u, err := url.Parse(id)
	if err != nil {
		return "an address"
	}
	return u.Host + u.EscapedPath()
}

// idSum names the folder of an address, and the lock of a model.
func idSum(id string) string {
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:])
}
