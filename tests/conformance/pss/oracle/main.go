// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

// Reads pods, one JSON object a line, and writes what the Pod Security library of Kubernetes says about each: one line
// a pod, one character a level and version in the order of the arguments (LEVEL:MINOR): 1 allowed, 0 refused; a single
// "-" for a pod that does not decode into the types of Kubernetes.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
)

func main() {
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		panic(err)
	}
	var asked []api.LevelVersion
	for _, argument := range os.Args[1:] {
		level, minor, _ := strings.Cut(argument, ":")
		number, err := strconv.Atoi(minor)
		if err != nil {
			panic(err)
		}
		asked = append(asked, api.LevelVersion{Level: api.Level(level), Version: api.MajorMinorVersion(1, number)})
	}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(make([]byte, 1<<20), 1<<24)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for lines.Scan() {
		var pod corev1.Pod
		if json.Unmarshal(lines.Bytes(), &pod) != nil {
			fmt.Fprintln(out, "-")
			continue
		}
		// The API server fills this in before admission sees the pod.
		for at := range pod.Spec.Volumes {
			if pod.Spec.Volumes[at].VolumeSource == (corev1.VolumeSource{}) {
				pod.Spec.Volumes[at].EmptyDir = &corev1.EmptyDirVolumeSource{}
			}
		}
		for _, one := range asked {
			verdict := byte('1')
			for _, result := range evaluator.EvaluatePod(one, &pod.ObjectMeta, &pod.Spec) {
				if !result.Allowed {
					verdict = '0'
				}
			}
			out.WriteByte(verdict)
		}
		out.WriteByte('\n')
	}
	if err := lines.Err(); err != nil {
		panic(err)
	}
}
