package local

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/coder/websocket"
	"github.com/ethereum/go-ethereum/rpc"

	"helium/app/api"
	"helium/backend/yield"
)

// AddressFile stands in the agent's data folder while it runs, mode 0600.
const AddressFile = "agent.json"

// Address is where a running agent listens.
type Address struct {
	PID   int    `json:"pid"`
	URL   string `json:"url"`
	Token string `json:"token"`
}

// ErrNotRunning says that no agent has left its address in the folder.
var ErrNotRunning = errors.New("no Helium agent is running here")

// Address of this server.
func (s *Server) Address() Address {
	return Address{PID: os.Getpid(), URL: s.URL(), Token: s.token}
}

// WriteAddress puts a's address into dir, whole or not at all.
func WriteAddress(dir string, a Address) error {
	b, err := json.Marshal(a)
	if err != nil {
		return fmt.Errorf("write agent address: %w", err)
	}
	tmp := filepath.Join(dir, AddressFile+".new")
	if err := os.WriteFile(tmp, b, 0o600); err != nil {
		return fmt.Errorf("write agent address: %w", err)
	}
	if err := os.Rename(tmp, filepath.Join(dir, AddressFile)); err != nil {
		return fmt.Errorf("write agent address: %w", err)
	}
	return nil
}

// RemoveAddress takes it away again.
func RemoveAddress(dir string) { os.Remove(filepath.Join(dir, AddressFile)) }

// ReadAddress returns ErrNotRunning when there is none. A file may be left over
// from a killed agent: only a successful Dial says that it lives.
func ReadAddress(dir string) (Address, error) {
	var a Address
	b, err := os.ReadFile(filepath.Join(dir, AddressFile))
	if errors.Is(err, fs.ErrNotExist) {
		return a, ErrNotRunning
	}
	if err != nil {
		return a, fmt.Errorf("read agent address: %w", err)
	}
	if err := json.Unmarshal(b, &a); err != nil {
		return a, fmt.Errorf("read agent address: %w", err)
	}
	return a, nil
}

// Line is an open way to an agent's API, which carries one message after the other.
type Line struct{ conn *websocket.Conn }

// OpenLine opens a line to the agent at a.
func OpenLine(ctx context.Context, a Address) (*Line, error) {
	conn, resp, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(a.URL, "http")+"/api", &websocket.DialOptions{
		Subprotocols: []string{Protocol, TokenPrefix + a.Token},
		HTTPHeader:   http.Header{"Origin": {a.URL}},
	})
	if err != nil {
		if resp != nil && resp.StatusCode == http.StatusUnauthorized {
			return nil, fmt.Errorf("the agent at %s refused the token: %w", a.URL, err)
		}
		return nil, fmt.Errorf("%w: %w", ErrNotRunning, err)
	}
	conn.SetReadLimit(maxMessageBytes)
	return &Line{conn}, nil
}

// Read returns the agent's next message.
func (l *Line) Read(ctx context.Context) (string, error) {
	_, b, err := l.conn.Read(ctx)
	return string(b), err
}

// Write sends a message.
func (l *Line) Write(ctx context.Context, text string) error {
	return l.conn.Write(ctx, websocket.MessageText, []byte(text))
}

// Close ends the line.
func (l *Line) Close() { l.conn.CloseNow() }

// Client calls a running agent.
type Client struct {
	rpc  *rpc.Client
	line *Line
}

// Dial opens the API of the agent at a.
func Dial(ctx context.Context, a Address) (*Client, error) {
	line, err := OpenLine(ctx, a)
	if err != nil {
		return nil, err
	}
	stream := websocket.NetConn(context.Background(), line.conn, websocket.MessageText)
	client, err := rpc.DialIO(ctx, stream, stream)
	if err != nil {
		return nil, fmt.Errorf("open the local API: %w", err)
	}
	return &Client{client, line}, nil
}

// Close ends the connection. The socket goes first: the RPC client does not own
// it and would wait for it to end.
func (c *Client) Close() {
	c.line.Close()
	c.rpc.Close()
}

// State asks once.
func (c *Client) State(ctx context.Context) (s api.State, err error) {
	return s, c.rpc.CallContext(ctx, &s, api.Namespace+"_state")
}

// Start, Stop, Pause and Resume tell the agent what its owner wishes.
func (c *Client) Start(ctx context.Context) error  { return c.call(ctx, "start") }
func (c *Client) Stop(ctx context.Context) error   { return c.call(ctx, "stop") }
func (c *Client) Pause(ctx context.Context) error  { return c.call(ctx, "pause") }
func (c *Client) Resume(ctx context.Context) error { return c.call(ctx, "resume") }

// PauseFor pauses for a while.
func (c *Client) PauseFor(ctx context.Context, length api.PauseLength) error {
	return c.rpc.CallContext(ctx, nil, api.Namespace+"_pauseFor", length)
}

// SetWhen sends the owner's choices of when to work.
func (c *Client) SetWhen(ctx context.Context, settings yield.Settings) error {
	return c.rpc.CallContext(ctx, nil, api.Namespace+"_setWhen", settings)
}

func (c *Client) call(ctx context.Context, method string, params ...any) error {
	return c.rpc.CallContext(ctx, nil, api.Namespace+"_"+method, params...)
}

// Watch sends the present state and every change into states until ctx ends
// or the agent goes away; it returns why.
func (c *Client) Watch(ctx context.Context, states chan<- api.State) error {
	sub, err := c.rpc.Subscribe(ctx, api.Namespace, states, api.StateSubscription)
	if err != nil {
		return fmt.Errorf("subscribe to the agent's state: %w", err)
	}
	defer sub.Unsubscribe()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case err := <-sub.Err():
		return err
	}
}

// Calls of the first run and the wallet, as api.SetupService has them.

func (c *Client) SetupNext(ctx context.Context) error { return c.call(ctx, "setupNext") }
func (c *Client) SetupBack(ctx context.Context) error { return c.call(ctx, "setupBack") }
func (c *Client) DraftPhrase(ctx context.Context) (d api.DraftPhrase, err error) {
	return d, c.rpc.CallContext(ctx, &d, api.Namespace+"_draftPhrase")
}
func (c *Client) CreateWallet(ctx context.Context, w api.CreateWallet) error {
	return c.call(ctx, "createWallet", w)
}
func (c *Client) ImportWallet(ctx context.Context, i api.ImportWallet) error {
	return c.call(ctx, "importWallet", i)
}
func (c *Client) UnlockWallet(ctx context.Context, passphrase string) error {
	return c.call(ctx, "unlockWallet", passphrase)
}
func (c *Client) ShowPhrase(ctx context.Context, passphrase string) (words []string, err error) {
	return words, c.rpc.CallContext(ctx, &words, api.Namespace+"_showPhrase", passphrase)
}
func (c *Client) ExportWallet(ctx context.Context, passphrase string) (file string, err error) {
	return file, c.rpc.CallContext(ctx, &file, api.Namespace+"_exportWallet", passphrase)
}
func (c *Client) ChooseNetwork(ctx context.Context, n api.ChooseNetwork) error {
	return c.call(ctx, "chooseNetwork", n)
}
func (c *Client) AskFaucet(ctx context.Context) error { return c.call(ctx, "askFaucet") }
func (c *Client) ChooseModel(ctx context.Context, id string) error {
	return c.call(ctx, "chooseModel", id)
}

// SetDesktop, WindowShown, WindowClosed and Quit are api.DesktopService.
func (c *Client) SetDesktop(ctx context.Context, d api.Desktop) error {
	return c.call(ctx, "setDesktop", d)
}
func (c *Client) WindowShown(ctx context.Context) error  { return c.call(ctx, "windowShown") }
func (c *Client) WindowClosed(ctx context.Context) error { return c.call(ctx, "windowClosed") }
func (c *Client) Quit(ctx context.Context) error         { return c.call(ctx, "quit") }
