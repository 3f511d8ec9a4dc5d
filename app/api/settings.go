package api

import (
	"context"
	"time"

	"helium/backend/protocol"
)

// LogSubscription is what a client passes to helium_subscribe to be sent the newest
// lines of the agent's log, as LogLines, and then those that come.
const LogSubscription = "log"

// Appearance is how light the pages are.
type Appearance string

const (
	// AppearanceSystem: as the rest of the computer.
	AppearanceSystem Appearance = "system"
	AppearanceLight  Appearance = "light"
	AppearanceDark   Appearance = "dark"
)

// Preferences are the owner's choices that nothing else in the state holds.
type Preferences struct {
	// Language of the texts, such as "de"; empty for the first of the system's that
	// Helium speaks.
	Language   string     `json:"language"`
	Appearance Appearance `json:"appearance"`
	Downloads  Downloads  `json:"downloads"`
	// LogFolder is where the agent's log lies; empty where it keeps none.
	LogFolder string `json:"log_folder"`
	// Reason says that what was kept could not be read, and that the usual choices
	// hold in its place.
	Reason *protocol.Reason `json:"reason,omitempty"`
}

// Downloads is how models are fetched. It holds no secret.
type Downloads struct {
	// Proxy without its name and password; empty to go by the system's variables.
	Proxy string `json:"proxy"`
	// ProxyLogin says that a name and a password for it are kept.
	ProxyLogin bool `json:"proxy_login"`
	// Endpoint of a mirror of Hugging Face; empty for Hugging Face itself.
	Endpoint string `json:"endpoint"`
	// Token says that a token for it is kept.
	Token bool `json:"token"`
	// SecretsIn is where the two are, "keychain" or "file"; empty where there are none.
	SecretsIn string `json:"secrets_in"`
}

// SetDownloads changes how models are fetched.
type SetDownloads struct {
	// Proxy is an address that begins with http://, https:// or socks5://. A name and
	// a password in it are taken out and kept as Login.
	Proxy string `json:"proxy"`
	// Login for the proxy. Without one, that which is kept stays, for the same proxy
	// only; an empty name forgets it.
	Login *ProxyLogin `json:"login,omitempty"`
	// Endpoint is an address that begins with https://, or with http:// on this computer.
	Endpoint string `json:"endpoint"`
	// Token for the endpoint. Without one, that which is kept stays, for the same
	// endpoint only; an empty one is forgotten.
	Token *string `json:"token,omitempty"`
}

// ProxyLogin opens a proxy.
type ProxyLogin struct {
	Name     string `json:"name"`
	Password string `json:"password"`
}

// NetworkCheck is which network the node is on, and who of it answers.
type NetworkCheck struct {
	// From is where its profile comes from, as Setup.Network.
	From   string         `json:"from"`
	Places []NetworkPlace `json:"places"`
}

// NetworkPlace is a server of a network.
type NetworkPlace struct {
	// Kind is "chain" or "relay".
	Kind string `json:"kind"`
	// Host alone: the rest of an address may be a key.
	Host string `json:"host"`
	// Milliseconds until it answered; 0 where it did not, and Problem says why.
	Milliseconds int    `json:"milliseconds"`
	Problem      string `json:"problem,omitempty"`
}

// LogLine is a line of the agent's log. It holds no secret.
type LogLine struct {
	// Seq counts the lines from 1.
	Seq uint64    `json:"seq"`
	At  time.Time `json:"at"`
	// Level is "debug", "info", "warn" or "error".
	Level string `json:"level"`
	Text  string `json:"text"`
}

// SettingsService is the owner's settings. Its errors are sentences for the person.
type SettingsService interface {
	SetLanguage(ctx context.Context, language string) error
	SetAppearance(ctx context.Context, a Appearance) error
	// SetDownloads holds from the next request on. What it takes may be secret:
	// nothing of it is logged.
	SetDownloads(ctx context.Context, d SetDownloads) error
	// CheckDownloads asks the hub something small, the way a model would be fetched.
	CheckDownloads(ctx context.Context) error
	// CheckNetwork returns when each server has answered or had its time.
	CheckNetwork(ctx context.Context) (NetworkCheck, error)
	// Diagnostics is a text for somebody who is asked for help. It holds no secret,
	// and nothing that says whose computer it is of.
	Diagnostics(ctx context.Context) (string, error)
	// OpenLogFolder shows the log's folder on the desktop.
	OpenLogFolder(ctx context.Context) error
}
