package client

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	"helium/backend/protocol"
)

// ProfilePath is where every relay serves the network's profile.
const ProfilePath = "/.well-known/helium.json"

// maxProfileBytes bounds what a profile may be.
const maxProfileBytes = 1 << 20

// FetchServed reads the profile that the relay at this address serves now.
func FetchServed(ctx context.Context, relay string) (*protocol.Profile, error) {
	return FetchProfile(ctx, strings.TrimSuffix(relay, "/")+ProfilePath)
}

// FetchProfile reads a network profile from url: a relay's, or any place where
// an operator published one.
func FetchProfile(ctx context.Context, url string) (*protocol.Profile, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, fmt.Errorf("fetch network profile: %w", err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, fmt.Errorf("fetch network profile: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("fetch network profile: %s answers %s", url, resp.Status)
	}
	b, err := io.ReadAll(io.LimitReader(resp.Body, maxProfileBytes))
	if err != nil {
		return nil, fmt.Errorf("fetch network profile: %w", err)
	}
	return protocol.ParseProfile(b)
}
