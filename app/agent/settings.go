package agent

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/text/language"

	"helium/app/api"
	"helium/app/redact"
	"helium/backend/models"
	"helium/backend/protocol"
	"helium/backend/wallet"
)

// settingsName is the owner's other choices, in the data folder.
const settingsName = "settings.json"

// keptSettings are what is kept. The secrets that two of them speak of lie elsewhere.
type keptSettings struct {
	Language   string         `json:"language"`
	Appearance api.Appearance `json:"appearance"`
	Proxy      string         `json:"proxy"`
	ProxyLogin bool           `json:"proxy_login"`
	Endpoint   string         `json:"endpoint"`
	Token      bool           `json:"token"`
}

func usualSettings() keptSettings { return keptSettings{Appearance: api.AppearanceSystem} }

// parseSettings takes a whole record and nothing else.
func parseSettings(b []byte) (c keptSettings, err error) {
	d, err := strictly(b, &c)
	if err != nil {
		return usualSettings(), err
	}
	if d.More() {
		return usualSettings(), errors.New("something follows the record")
	}
	if err := c.check(); err != nil {
		return usualSettings(), err
	}
	return c, nil
}

func (c keptSettings) check() error {
	if err := checkLanguage(c.Language); err != nil {
		return err
	}
	if err := checkAppearance(c.Appearance); err != nil {
		return err
	}
	if proxy, login, err := parseProxy(c.Proxy); err != nil {
		return err
	} else if proxy != c.Proxy || login != nil {
		return errors.New("the proxy's address holds more than an address")
	}
	_, err := parseEndpoint(c.Endpoint)
	return err
}

func checkLanguage(tag string) error {
	if tag == "" {
		return nil
	}
	if _, err := language.Parse(tag); err != nil {
		return say("settings_language", "“{tag}” is no language.", fmt.Sprintf("%.20s", tag))
	}
	return nil
}

func checkAppearance(a api.Appearance) error {
	switch a {
	case api.AppearanceSystem, api.AppearanceLight, api.AppearanceDark:
		return nil
	}
	return fmt.Errorf("appearance is %.20q, and must be %q, %q or %q", a, api.AppearanceSystem, api.AppearanceLight, api.AppearanceDark)
}

// parseProxy parts an address from the login in it. What it was given is in no
// error, because that may hold a password.
func parseProxy(text string) (address string, login *api.ProxyLogin, err error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return "", nil, nil
	}
	if !strings.Contains(text, "://") {
		text = "http://" + text
	}
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" {
		return "", nil, say("proxy_address", "This is no proxy's address. One looks like http://proxy.example:8080.")
	}
	switch u.Scheme {
	case "http", "https", "socks5", "socks5h":
	default:
		return "", nil, say("proxy_scheme", "A proxy's address begins with http://, https:// or socks5://.")
	}
	if strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return "", nil, say("proxy_rest", "A proxy's address ends with its port, such as :8080. Leave out what follows.")
	}
	if err := checkPort(u.Port()); err != nil {
		return "", nil, err
	}
	if u.User != nil {
		password, _ := u.User.Password()
		login = &api.ProxyLogin{Name: u.User.Username(), Password: password}
	}
	return u.Scheme + "://" + u.Host, login, nil
}

func checkPort(port string) error {
	if port == "" {
		return nil
	}
	if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
		return say("port", "A port is a number from 1 to 65535.")
	}
	return nil
}

// parseEndpoint takes an address that a token can be sent to.
func parseEndpoint(text string) (string, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return "", nil
	}
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	text = strings.TrimRight(text, "/")
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || u.RawQuery != "" || u.Fragment != "" {
		return "", say("mirror_address", "This is no mirror's address. One looks like https://hub.example.")
	}
	if u.User != nil {
		return "", say("mirror_password", "A mirror's address holds no password. If the mirror wants a token, it has a field of its own.")
	}
	if u.Scheme != "https" && !(u.Scheme == "http" && isLoopback(u.Hostname())) {
		return "", say("mirror_scheme", "A mirror's address begins with https://, so that nobody on the way can change a model or read a token.")
	}
	return text, checkPort(u.Port())
}

func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

const longestToken = 512

func checkToken(token string) error {
	if len(token) > longestToken || strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return say("token", "This is no token. Copy it again from the hub's page.")
	}
	return nil
}

// Names of the secrets.
const (
	proxySecret = "proxy"
	hubSecret   = "hub"
)

// preferences are the choices, kept and in force.
type preferences struct {
	path    string
	secrets *wallet.Secrets
	redact  *redact.Redactor
	// environment picks the proxy where none was chosen.
	environment func(*url.URL) (*url.URL, error)

	// changing is held by whoever changes something, which may take long.
	changing sync.Mutex

	// mu guards everything that follows.
	mu     sync.Mutex
	kept   keptSettings
	reason *protocol.Reason
	// login and token are what was chosen, once they are found.
	login *url.Userinfo
	token string
	found bool
	place wallet.Place
}

// openPreferences reads what was kept. What can't be read is put aside.
func (a *Agent) openPreferences() *preferences {
	p := &preferences{
		path:    filepath.Join(a.cfg.DataDir, settingsName),
		secrets: wallet.OpenSecrets(filepath.Join(a.cfg.DataDir, "secrets"), a.cfg.Wallet),
		redact:  a.cfg.Redact, environment: models.EnvironmentProxy(), kept: usualSettings(),
	}
	err := readKept(p.path, func(b []byte) (err error) {
		p.kept, err = parseSettings(b)
		return err
	})
	if err != nil {
		a.log.Warn("the settings can't be read; the usual ones hold", "file", p.path, "err", err)
		p.reason = &protocol.Reason{Code: codeSettings, Title: "Your settings could not be read", Detail: "The usual ones hold. What was there lies in " + aside(p.path) + ".", Action: "Choose them again."}
	}
	return p
}

// save writes the record whole or not at all.
func (p *preferences) save(c keptSettings) error {
	if err := keepFile(p.path, c); err != nil {
		return fmt.Errorf("keep settings: %w", err)
	}
	p.mu.Lock()
	p.kept, p.reason = c, nil
	p.mu.Unlock()
	return nil
}

func (p *preferences) get() keptSettings {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.kept
}

// find reads the secrets, which asks the keychain, when they are first needed.
func (p *preferences) find(ctx context.Context) error {
	p.mu.Lock()
	kept, found := p.kept, p.found
	p.mu.Unlock()
	if found || !kept.ProxyLogin && !kept.Token {
		return nil
	}
	var login *url.Userinfo
	var token string
	var place wallet.Place
	if kept.ProxyLogin {
		text, at, err := p.secrets.Find(ctx, proxySecret)
		if err != nil {
			return err
		}
		u, err := url.Parse("proxy://" + text + "@host")
		if err != nil {
			return errors.New("find secret: the proxy's password can't be read")
		}
		login, place = u.User, at
		p.know(login, "")
	}
	if kept.Token {
		text, at, err := p.secrets.Find(ctx, hubSecret)
		if err != nil {
			return err
		}
		token, place = text, at
		p.know(nil, token)
	}
	p.mu.Lock()
	p.login, p.token, p.place, p.found = login, token, place, true
	p.mu.Unlock()
	return nil
}

func (p *preferences) know(login *url.Userinfo, token string) {
	if login != nil {
		password, _ := login.Password()
		p.redact.Know(login.String(), password)
	}
	p.redact.Know(token)
}

// findTime bounds how long a request waits for the keychain.
const findTime = 20 * time.Second

// proxy picks the proxy of an address.
func (p *preferences) proxy(to *url.URL) (*url.URL, error) {
	kept := p.get()
	if kept.Proxy == "" {
		return p.environment(to)
	}
	if isLoopback(to.Hostname()) {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), findTime)
	defer cancel()
	if err := p.find(ctx); err != nil {
		return nil, errors.New("the proxy's password can't be read from the keychain")
	}
	u, err := url.Parse(kept.Proxy)
	if err != nil {
		return nil, errors.New("the proxy's address can't be read")
	}
	p.mu.Lock()
	u.User = p.login
	p.mu.Unlock()
	return u, nil
}

// applyHub turns the library to the hub that was chosen.
func (a *Agent) applyHub(ctx context.Context) {
	p := a.prefs
	if err := p.find(ctx); err != nil {
		a.log.Warn("the secrets of the settings can't be read", "err", err)
	}
	a.showSettings()
	library, err := a.library()
	if err == nil {
		err = p.turn(library)
	}
	if err != nil {
		a.log.Warn("turn to the hub of the settings", "err", err)
	}
}

// turn turns a library to the hub that was chosen, as far as its secrets are known.
func (p *preferences) turn(l *models.Library) error {
	p.mu.Lock()
	endpoint, token := p.kept.Endpoint, p.token
	p.mu.Unlock()
	return l.TurnTo(endpoint, token)
}

// showSettings puts the choices into the state.
func (a *Agent) showSettings() {
	p := a.prefs
	p.mu.Lock()
	c := p.kept
	s := api.Preferences{
		Language: c.Language, Appearance: c.Appearance, Reason: p.reason,
		Downloads: api.Downloads{Proxy: c.Proxy, ProxyLogin: c.ProxyLogin, Endpoint: c.Endpoint, Token: c.Token, SecretsIn: string(p.place)},
	}
	p.mu.Unlock()
	if a.cfg.Logs != nil {
		s.LogFolder = a.cfg.Logs.Dir()
	}
	a.hub.change(func(st *api.State) { st.Settings = s })
}

func (a *Agent) changeChoices(edit func(*keptSettings)) error {
	p := a.prefs
	p.changing.Lock()
	defer p.changing.Unlock()
	c := p.get()
	edit(&c)
	if err := p.save(c); err != nil {
		return err
	}
	a.showSettings()
	return nil
}

// SetLanguage keeps the language of the texts.
func (a *Agent) SetLanguage(_ context.Context, tag string) error {
	if err := checkLanguage(tag); err != nil {
		return err
	}
	return a.changeChoices(func(c *keptSettings) { c.Language = tag })
}

// SetAppearance keeps how light the pages are.
func (a *Agent) SetAppearance(_ context.Context, look api.Appearance) error {
	if err := checkAppearance(look); err != nil {
		return err
	}
	return a.changeChoices(func(c *keptSettings) { c.Appearance = look })
}

// SetDownloads keeps how models are fetched. A login goes to no other proxy, and a
// token to no other hub, than those they were given for.
func (a *Agent) SetDownloads(ctx context.Context, d api.SetDownloads) error {
	proxy, login, err := parseProxy(d.Proxy)
	if err != nil {
		return err
	}
	endpoint, err := parseEndpoint(d.Endpoint)
	if err != nil {
		return err
	}
	if d.Login != nil {
		login = d.Login
	}
	if d.Token != nil {
		trimmed := strings.TrimSpace(*d.Token)
		if d.Token = &trimmed; checkToken(trimmed) != nil {
			return checkToken(trimmed)
		}
	}

	p := a.prefs
	p.changing.Lock()
	defer p.changing.Unlock()
	c := p.get()
	if err := p.find(ctx); err != nil {
		a.log.Warn("the secrets of the settings can't be read", "err", err)
	}
	if proxy != c.Proxy && login == nil {
		login = &api.ProxyLogin{}
	}
	if endpoint != c.Endpoint && d.Token == nil {
		none := ""
		d.Token = &none
	}
	c.Proxy, c.Endpoint = proxy, endpoint
	if login != nil {
		if proxy == "" || login.Name == "" {
			login = &api.ProxyLogin{}
		}
		if c.ProxyLogin, err = p.keepLogin(ctx, *login); err != nil {
			return err
		}
	}
	if d.Token != nil {
		if c.Token, err = p.keepToken(ctx, *d.Token); err != nil {
			return err
		}
	}
	p.mu.Lock()
	if !c.ProxyLogin && !c.Token {
		p.place = ""
	}
	p.mu.Unlock()
	if err := p.save(c); err != nil {
		return err
	}
	a.log.Info("models are fetched another way", "proxy", c.Proxy != "", "mirror", c.Endpoint != "")
	a.applyHub(ctx)
	return nil
}

func (p *preferences) keepLogin(ctx context.Context, l api.ProxyLogin) (bool, error) {
	var login *url.Userinfo
	text := ""
	if l.Name != "" {
		login = url.UserPassword(l.Name, l.Password)
		text = login.String()
	}
	p.know(login, "")
	place, err := p.keep(ctx, proxySecret, text, p.get().ProxyLogin)
	if err != nil {
		return false, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.login = login
	if login != nil {
		p.place, p.found = place, true
	}
	return login != nil, nil
}

func (p *preferences) keepToken(ctx context.Context, token string) (bool, error) {
	p.know(nil, token)
	place, err := p.keep(ctx, hubSecret, token, p.get().Token)
	if err != nil {
		return false, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.token = token
	if token != "" {
		p.place, p.found = place, true
	}
	return token != "", nil
}

// keep does not ask the keychain to forget what was never there.
func (p *preferences) keep(ctx context.Context, name, secret string, there bool) (wallet.Place, error) {
	if secret == "" && !there {
		return "", nil
	}
	return p.secrets.Keep(ctx, name, secret)
}

// CheckDownloads asks the hub something small.
func (a *Agent) CheckDownloads(ctx context.Context) error {
	library, err := a.library()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	err = library.Greet(ctx)
	var r protocol.Reason
	switch {
	case err == nil:
		return nil
	case errors.Is(err, context.DeadlineExceeded):
		return say("hub_slow", "Nothing answered within half a minute. Check the addresses of the proxy and of the mirror.")
	case errors.As(err, &r) && r.Code == models.CodeGated:
		return say("hub_token", "It answers, but does not take the token. Make a new one on its page.")
	case errors.As(err, &r) && r.Code == models.CodeUnreachable:
		return say("hub_silent", "It does not answer ({why}). Check the addresses of the proxy and of the mirror.", r.Detail)
	case errors.As(err, &r):
		return say("hub_other", "It answers, but not as a hub does ({why}). Check the address of the mirror.", r.Detail)
	}
	return err
}

// hostOf leaves out what an address may hold beside its host: a key.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return ""
	}
	if host, port, err := net.SplitHostPort(u.Host); err == nil && (port == "443" || port == "80") {
		return host
	}
	return u.Host
}
