package ggml

import (
	"fmt"
	"os"
	"path/filepath"
)

// RefusedError says why a card's backend can't compute on this machine, in words
// for its owner. Whoever chose it may choose another.
type RefusedError struct{ Reason string }

func (e *RefusedError) Error() string { return e.Reason }

// need is a library that a card's backend loads and no engine package brings.
type need struct {
	file   string
	reason string // follows the file's name
	bundle bool   // may be in the folders of Package.Runtime
}

// needsOf lists what a backend loads, in the order in which it must be loaded.
// They are loaded before the backend, by their own names: so a missing one is
// told, which Windows doesn't, and one in a folder of ours is found.
func needsOf(goos, backend string) []need {
	const (
		driver   = "which comes with NVIDIA's driver, is not on this computer"
		vulkan   = "which comes with the graphics driver (on Debian in libvulkan1), is not on this computer"
		cudaText = "one of NVIDIA's CUDA %d libraries, is not on this computer; put them into a folder named cuda beside the engine, or name their folder in " + CUDADirEnv
	)
	cuda13, cuda12 := fmt.Sprintf(cudaText, 13), fmt.Sprintf(cudaText, 12)

	return map[string][]need{
		"linux/" + Vulkan:   {{"libvulkan.so.1", vulkan, false}},
		"linux/" + CUDA:     {{"libcuda.so.1", driver, false}, {"libcudart.so.13", cuda13, true}, {"libcublasLt.so.13", cuda13, true}, {"libcublas.so.13", cuda13, true}},
		"linux/" + CUDA12:   {{"libcuda.so.1", driver, false}, {"libcudart.so.12", cuda12, true}, {"libcublasLt.so.12", cuda12, true}, {"libcublas.so.12", cuda12, true}},
		"windows/" + Vulkan: {{"vulkan-1.dll", vulkan, false}},
		"windows/" + CUDA:   {{"nvcuda.dll", driver, false}, {"cublasLt64_13.dll", cuda13, true}, {"cublas64_13.dll", cuda13, true}},
		"windows/" + CUDA12: {{"nvcuda.dll", driver, false}, {"cudart64_12.dll", cuda12, true}, {"cublasLt64_12.dll", cuda12, true}, {"cublas64_12.dll", cuda12, true}},
	}[goos+"/"+backend]
}

// loadNeeds loads what a backend needs. The libraries stay loaded.
func loadNeeds(needs []need, dirs []string, open func(path string) (uintptr, error)) error {
	for _, n := range needs {
		path := n.file
		if n.bundle {
			path = inDirs(n.file, dirs)
		}
		if _, err := open(path); err != nil {
			reason := fmt.Sprintf("%s, %s", n.file, n.reason)
			if path != n.file {
				reason = fmt.Sprintf("%s can't be loaded: %v", path, err)
			}
			return &RefusedError{reason}
		}
	}
	return nil
}

// inDirs is the path of a file in the first folder that has it, or else its bare
// name, which the system looks for in its own places.
func inDirs(file string, dirs []string) string {
	for _, dir := range dirs {
		path := filepath.Join(dir, file)
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	return file
}
