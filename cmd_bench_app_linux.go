//go:build !desktop

package main

import (
	"io"
	"net/http"
	"os"
	"path/filepath"

	"helium/app/bench"
	"helium/backend/devnet"
)

func (c benchAppCmd) measure(env *environment, r devnet.Ready) (*bench.Result, error) {
	profile, remove, err := fetchProfile(r.Profile)
	if err != nil {
		return nil, err
	}
	defer remove()
	found := &bench.Result{}
	if c.Runs > 0 {
		if found.Start, err = bench.RunStart(env.ctx, bench.StartOptions{App: c.Window, Empty: c.Empty, Profile: profile, Runs: c.Runs, Log: env.log}); err != nil {
			return nil, err
		}
	}
	if c.For > 0 {
		self, err := os.Executable()
		if err != nil {
			return nil, err
		}
		if found.Idle, err = bench.RunIdle(env.ctx, bench.IdleOptions{Program: self, Engine: c.Engine, Profile: profile, For: c.For, Log: env.log}); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// fetchProfile puts a network's profile into a file.
func fetchProfile(url string) (path string, remove func(), err error) {
	resp, err := http.Get(url)
	if err != nil {
		return "", nil, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return "", nil, err
	}
	dir, err := os.MkdirTemp("", "helium-bench-")
	if err != nil {
		return "", nil, err
	}
	path = filepath.Join(dir, "network.json")
	return path, func() { os.RemoveAll(dir) }, os.WriteFile(path, b, 0o600)
}
