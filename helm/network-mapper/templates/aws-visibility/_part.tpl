{{/*
The Deployment of a part of AWS visibility: (dict "root" . "name" "otterize-…" "part" "proxy" "ports" "…" "environment" "…" "reports" true)
*/}}
{{- define "network-mapper.awsPart" -}}
{{- $root := .root -}}
{{- $values := $root.Values.aws.visibility -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .name }}
  namespace: {{ $root.Release.Namespace }}
  {{- include "network-mapper.metadata" (list $root (printf "aws-visibility-%s" .part)) | nindent 2 }}
spec:
  replicas: {{ $values.replicas }}
  selector:
    matchLabels:
      app: {{ .name }}
  template:
    metadata:
      {{- include "network-mapper.podMetadata" (list $root .name (printf "aws-visibility-%s" .part)) | nindent 6 }}
    spec:
      serviceAccountName: {{ .account }}
      securityContext:
        {{- include "network-mapper.podSecurityContext" (list $root $values) | nindent 8 }}
      {{- with include "network-mapper.pullSecrets" (list $root $values) | trim }}
      {{- . | nindent 6 }}
      {{- end }}
      {{- with include "network-mapper.placement" $values | trim }}
      {{- . | nindent 6 }}
      {{- end }}
      containers:
        - name: {{ .name }}
          image: {{ include "network-mapper.image" (list $root $values) }}
          {{- with $values.pullPolicy }}
          imagePullPolicy: {{ . }}
          {{- end }}
          command: [/usr/bin/node, --max-semi-space-size=4, /app/aws-visibility/main.mjs, {{ .part }}]
          env:
            {{- include "network-mapper.commonEnvironment" $root | trim | nindent 12 }}
            {{- if eq .part "proxy" }}
            {{- include "network-mapper.mapperEnvironment" $root | trim | nindent 12 }}
            {{- end }}
            - name: OTTERIZE_DEBUG
              value: {{ $root.Values.debug | quote }}
            {{- with and (eq .part "webhook") $root.Values.mapper.options.clusterDomain }}
            - name: OTTERIZE_CLUSTER_DOMAIN
              value: {{ . | quote }}
            {{- end }}
            {{- with include "network-mapper.heap" (list $root $values.resources) | trim }}
            {{- . | nindent 12 }}
            {{- end }}
            {{- with $values.extraEnvVars }}
            {{- toYaml . | nindent 12 }}
            {{- end }}
          ports:
            {{- .ports | trim | nindent 12 }}
            - name: metrics
              containerPort: 2112
          # It lives as long as it answers.
          livenessProbe:
            httpGet:
              path: /healthz
              port: 9090
            periodSeconds: 20
            timeoutSeconds: 5
          # It is ready when it can do its work: pods are sent past a proxy that is not.
          readinessProbe:
            httpGet:
              path: /readyz
              port: 9090
            periodSeconds: 2
            timeoutSeconds: 2
          {{- with $values.resources }}
          resources:
            {{- toYaml . | nindent 12 }}
          {{- end }}
          securityContext:
            {{- toYaml $values.containerSecurityContext | nindent 12 }}
          {{- if eq .part "proxy" }}
          volumeMounts:
            {{- include "network-mapper.tokenMount" $root | trim | nindent 12 }}
          {{- end }}
      {{- if eq .part "proxy" }}
      volumes:
        {{- include "network-mapper.tokenVolume" $root | trim | nindent 8 }}
      {{- end }}
{{- end }}

{{/* A ServiceAccount with its rights: (dict "root" . "name" "…" "part" "proxy" "cluster" "rules in the cluster" "own" "rules in the release's namespace") */}}
{{- define "network-mapper.awsAccess" -}}
{{- $root := .root -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ .name }}
  namespace: {{ $root.Release.Namespace }}
  {{- include "network-mapper.metadata" (list $root (printf "aws-visibility-%s" .part)) | nindent 2 }}
{{- with .cluster }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: {{ $.name }}
  {{- include "network-mapper.metadata" (list $root (printf "aws-visibility-%s" $.part)) | nindent 2 }}
rules:
  {{- . | trim | nindent 2 }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: {{ $.name }}
  {{- include "network-mapper.metadata" (list $root (printf "aws-visibility-%s" $.part)) | nindent 2 }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: {{ $.name }}
subjects:
  - kind: ServiceAccount
    name: {{ $.name }}
    namespace: {{ $root.Release.Namespace }}
{{- end }}
{{- with .own }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: {{ $.name }}
  namespace: {{ $root.Release.Namespace }}
  {{- include "network-mapper.metadata" (list $root (printf "aws-visibility-%s" $.part)) | nindent 2 }}
rules:
  {{- . | trim | nindent 2 }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: {{ $.name }}
  namespace: {{ $root.Release.Namespace }}
  {{- include "network-mapper.metadata" (list $root (printf "aws-visibility-%s" $.part)) | nindent 2 }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: {{ $.name }}
subjects:
  - kind: ServiceAccount
    name: {{ $.name }}
    namespace: {{ $root.Release.Namespace }}
{{- end }}
{{- end }}
