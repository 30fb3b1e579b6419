{{/* Whether the Istio watcher is wanted, by its own switch or by the original's. */}}
{{- define "network-mapper.watchesIstio" -}}
{{- if or .Values.istiowatcher.enable .Values.enableIstioCollection -}}yes{{- end -}}
{{- end }}

{{/*
The Deployment of a watcher: the image is the mapper's, which has its program too.
(dict "root" . "name" "kafka-watcher" "values" .Values.kafkawatcher "program" "kafkawatcher" "environment" "…" "mounts" "…" "volumes" "…")
*/}}
{{- define "network-mapper.watcher" -}}
{{- $root := .root -}}
{{- $name := printf "otterize-%s" .name -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ $name }}
  namespace: {{ $root.Release.Namespace }}
  {{- include "network-mapper.metadata" (list $root (printf "%s-deployment" .program)) | nindent 2 }}
spec:
  # Two would read the same, and report it twice.
  replicas: 1
  selector:
    matchLabels:
      app: {{ $name }}
  template:
    metadata:
      {{- include "network-mapper.podMetadata" (list $root $name .program) | nindent 6 }}
    spec:
      serviceAccountName: {{ $name }}
      securityContext:
        {{- include "network-mapper.podSecurityContext" (list $root .values) | nindent 8 }}
      {{- with include "network-mapper.pullSecrets" (list $root .values) | trim }}
      {{- . | nindent 6 }}
      {{- end }}
      {{- with include "network-mapper.placement" .values | trim }}
      {{- . | nindent 6 }}
      {{- end }}
      containers:
        - name: {{ $name }}
          image: {{ include "network-mapper.image" (list $root .values) }}
          {{- with .values.pullPolicy }}
          imagePullPolicy: {{ . }}
          {{- end }}
          command: [/usr/bin/node, --max-semi-space-size=4, /app/{{ .name }}/main.mjs]
          env:
            {{- include "network-mapper.commonEnvironment" $root | trim | nindent 12 }}
            {{- include "network-mapper.mapperEnvironment" $root | trim | nindent 12 }}
            {{- with include "network-mapper.options" (list $root .program) | trim }}
            {{- . | nindent 12 }}
            {{- end }}
            {{- with .environment | trim }}
            {{- . | nindent 12 }}
            {{- end }}
            {{- with include "network-mapper.heap" (list $root .values.resources) | trim }}
            {{- . | nindent 12 }}
            {{- end }}
            {{- with .values.extraEnvVars }}
            {{- toYaml . | nindent 12 }}
            {{- end }}
          ports:
            - name: metrics
              containerPort: 2112
          # It lives as long as it answers; whether the mapper is there does not matter.
          livenessProbe:
            httpGet:
              path: /healthz
              port: 9090
            periodSeconds: 20
            timeoutSeconds: 5
          # It is ready when it takes in.
          readinessProbe:
            httpGet:
              path: /readyz
              port: 9090
            periodSeconds: 5
            timeoutSeconds: 2
          {{- with .values.resources }}
          resources:
            {{- toYaml . | nindent 12 }}
          {{- end }}
          securityContext:
            {{- toYaml .values.containerSecurityContext | nindent 12 }}
          volumeMounts:
            {{- include "network-mapper.tokenMount" $root | trim | nindent 12 }}
            {{- with .mounts | trim }}
            {{- . | nindent 12 }}
            {{- end }}
      volumes:
        {{- include "network-mapper.tokenVolume" $root | trim | nindent 8 }}
        {{- with .volumes | trim }}
        {{- . | nindent 8 }}
        {{- end }}
{{- end }}

{{/* Its ServiceAccount, and its rights in the whole cluster: (dict "root" . "name" "kafka-watcher" "program" "kafkawatcher" "rules" "…") */}}
{{- define "network-mapper.watcherAccess" -}}
{{- $root := .root -}}
{{- $name := printf "otterize-%s" .name -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ $name }}
  namespace: {{ $root.Release.Namespace }}
  {{- include "network-mapper.metadata" (list $root (printf "%s-serviceaccount" .program)) | nindent 2 }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: {{ $name }}
  {{- include "network-mapper.metadata" (list $root (printf "%s-clusterrole" .program)) | nindent 2 }}
rules:
  {{- .rules | trim | nindent 2 }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: {{ $name }}
  {{- include "network-mapper.metadata" (list $root (printf "%s-clusterrolebinding" .program)) | nindent 2 }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: {{ $name }}
subjects:
  - kind: ServiceAccount
    name: {{ $name }}
    namespace: {{ $root.Release.Namespace }}
{{- end }}
