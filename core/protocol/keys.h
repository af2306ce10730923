// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <QLatin1StringView>

/// Every JSON field name and frame type of the protocol, the API and the process object, once.
/// Names are the wire's own in camelCase.
namespace semper::keys {

#define SEMPER_KEY(name, text) inline constexpr QLatin1StringView name{text};

// frame
SEMPER_KEY(type, "type")
SEMPER_KEY(part, "part")
SEMPER_KEY(last, "last")
SEMPER_KEY(id, "id")
SEMPER_KEY(process, "process")
SEMPER_KEY(instance, "instance")
SEMPER_KEY(token, "token")
SEMPER_KEY(role, "role")
SEMPER_KEY(text, "text")
SEMPER_KEY(what, "what")
SEMPER_KEY(payload, "payload")
SEMPER_KEY(method, "method")
SEMPER_KEY(params, "params")
SEMPER_KEY(result, "result")
SEMPER_KEY(ok, "ok")
SEMPER_KEY(error, "error")
SEMPER_KEY(code, "code")
SEMPER_KEY(detail, "detail")
SEMPER_KEY(version, "version")
SEMPER_KEY(settings, "settings")
SEMPER_KEY(heartbeatMs, "heartbeat_ms")
SEMPER_KEY(readyMode, "ready_mode")
SEMPER_KEY(workedMs, "worked_ms")
SEMPER_KEY(configuration, "configuration")
SEMPER_KEY(deadlineMs, "deadline_ms")
SEMPER_KEY(topics, "topics")
SEMPER_KEY(processes, "processes")
SEMPER_KEY(after, "after")
SEMPER_KEY(until, "until")
SEMPER_KEY(limit, "limit")
SEMPER_KEY(more, "more")
SEMPER_KEY(next, "next")
SEMPER_KEY(newest, "newest")
SEMPER_KEY(types, "types")
SEMPER_KEY(durable, "durable")
SEMPER_KEY(action, "action")
SEMPER_KEY(by, "by")
SEMPER_KEY(server, "server")
SEMPER_KEY(event, "event")
SEMPER_KEY(events, "events")
SEMPER_KEY(missed, "missed")
SEMPER_KEY(lines, "lines")
SEMPER_KEY(dropped, "dropped")

// metrics
SEMPER_KEY(gauges, "gauges")
SEMPER_KEY(counters, "counters")
SEMPER_KEY(histograms, "histograms")
SEMPER_KEY(buckets, "buckets")
SEMPER_KEY(metrics, "metrics")
SEMPER_KEY(report, "report")
SEMPER_KEY(count, "count")
SEMPER_KEY(sum, "sum")
SEMPER_KEY(min, "min")
SEMPER_KEY(max, "max")

// connection
SEMPER_KEY(peer, "peer")
SEMPER_KEY(since, "since")
SEMPER_KEY(bytesIn, "bytes_in")
SEMPER_KEY(bytesOut, "bytes_out")
SEMPER_KEY(lastActivity, "last_activity")
SEMPER_KEY(listener, "listener")

// process object
SEMPER_KEY(name, "name")
SEMPER_KEY(service, "service")
SEMPER_KEY(className, "class")
SEMPER_KEY(command, "command")
SEMPER_KEY(state, "state")
SEMPER_KEY(wanted, "wanted")
SEMPER_KEY(ready, "ready")
SEMPER_KEY(alive, "alive")
SEMPER_KEY(critical, "critical")
SEMPER_KEY(pid, "pid")
SEMPER_KEY(restarts, "restarts")
SEMPER_KEY(restarts10m, "restarts_10m")
SEMPER_KEY(restarts1h, "restarts_1h")
SEMPER_KEY(condition, "condition")
SEMPER_KEY(stalled, "stalled")
SEMPER_KEY(outdated, "outdated")
SEMPER_KEY(clearing, "clearing")
SEMPER_KEY(startedAt, "started_at")
SEMPER_KEY(uptimeMs, "uptime_ms")
SEMPER_KEY(nextStartAt, "next_start_at")
SEMPER_KEY(reason, "reason")
SEMPER_KEY(lastExit, "last_exit")
SEMPER_KEY(lastLines, "last_lines")
SEMPER_KEY(deaths, "deaths")
SEMPER_KEY(at, "at")
SEMPER_KEY(bootMs, "boot_ms")
SEMPER_KEY(signal, "signal")
SEMPER_KEY(coreDumped, "core_dumped")
SEMPER_KEY(cpuRatio, "cpu_ratio")
SEMPER_KEY(memoryBytes, "memory_bytes")
SEMPER_KEY(loopLagMs, "loop_lag_ms")
SEMPER_KEY(status, "status")
SEMPER_KEY(title, "title")

// cause
SEMPER_KEY(cause, "cause")
SEMPER_KEY(exitCode, "exit_code")
SEMPER_KEY(step, "step")
SEMPER_KEY(errorNumber, "errno")
SEMPER_KEY(afterMs, "after_ms")
SEMPER_KEY(askedMs, "asked_ms")
SEMPER_KEY(probe, "probe")
SEMPER_KEY(silentMs, "silent_ms")
SEMPER_KEY(bytes, "bytes")
SEMPER_KEY(limitBytes, "limit_bytes")
SEMPER_KEY(waitsIn, "waits_in")
SEMPER_KEY(waitsFor, "for")
SEMPER_KEY(because, "because")

// server object and events
SEMPER_KEY(node, "node")
SEMPER_KEY(guardianPid, "guardian_pid")
SEMPER_KEY(cgroup, "cgroup")
SEMPER_KEY(services, "services")
SEMPER_KEY(addresses, "addresses")
SEMPER_KEY(connections, "connections")
SEMPER_KEY(control, "control")
SEMPER_KEY(outputLimits, "output_limits")
SEMPER_KEY(readMaxBytesPerS, "read_max_bytes_per_s")
SEMPER_KEY(readMaxLinesPerS, "read_max_lines_per_s")
SEMPER_KEY(schema, "$schema")
SEMPER_KEY(stateDirectory, "state_directory")
SEMPER_KEY(decision, "decision")
SEMPER_KEY(delayMs, "delay_ms")
SEMPER_KEY(left, "left")
SEMPER_KEY(killed, "killed")
SEMPER_KEY(loaded, "loaded")
SEMPER_KEY(times, "times")
SEMPER_KEY(orMore, "or_more")
SEMPER_KEY(notRestarted, "not_restarted")
SEMPER_KEY(withoutInstances, "without_instances")

SEMPER_KEY(previous, "previous")
SEMPER_KEY(firstId, "first_id")
SEMPER_KEY(lastId, "last_id")
SEMPER_KEY(partial, "partial")
SEMPER_KEY(kept, "kept")
SEMPER_KEY(waiting, "waiting")

// reload
SEMPER_KEY(dryRun, "dry_run")
SEMPER_KEY(changes, "changes")
SEMPER_KEY(change, "change")
SEMPER_KEY(effect, "effect")
SEMPER_KEY(was, "was")
SEMPER_KEY(path, "path")
SEMPER_KEY(keys, "keys")
SEMPER_KEY(unchanged, "unchanged")
SEMPER_KEY(errors, "errors")

// configuration
SEMPER_KEY(listen, "listen")
SEMPER_KEY(pluginDirectories, "plugin_directories")
SEMPER_KEY(serviceLoop, "service_loop")
SEMPER_KEY(onHang, "on_hang")
SEMPER_KEY(hungMs, "hung_ms")
SEMPER_KEY(lagMs, "lag_ms")
SEMPER_KEY(journal, "journal")
SEMPER_KEY(maxBytes, "max_bytes")
SEMPER_KEY(shutdownTimeoutMs, "shutdown_timeout_ms")
SEMPER_KEY(directory, "directory")
SEMPER_KEY(environment, "environment")
SEMPER_KEY(enabled, "enabled")
SEMPER_KEY(env, "env")
SEMPER_KEY(restart, "restart")
SEMPER_KEY(policy, "policy")
SEMPER_KEY(firstDelayMs, "first_delay_ms")
SEMPER_KEY(backoffMs, "backoff_ms")
SEMPER_KEY(multiplier, "multiplier")
SEMPER_KEY(backoffMaxMs, "backoff_max_ms")
SEMPER_KEY(jitterRatio, "jitter_ratio")
SEMPER_KEY(resetAfterMs, "reset_after_ms")
SEMPER_KEY(maxRestarts, "max_restarts")
SEMPER_KEY(windowMs, "window_ms")
SEMPER_KEY(stop, "stop")
SEMPER_KEY(timeoutMs, "timeout_ms")
SEMPER_KEY(leftoversMs, "leftovers_ms")
SEMPER_KEY(scope, "scope")
SEMPER_KEY(mode, "mode")
SEMPER_KEY(successCodes, "success_codes")
SEMPER_KEY(onFailed, "on_failed")
SEMPER_KEY(watchdogMs, "watchdog_ms")
SEMPER_KEY(stalledAfterMs, "stalled_after_ms")
SEMPER_KEY(onStalled, "on_stalled")
SEMPER_KEY(liveness, "liveness")
SEMPER_KEY(failures, "failures")
SEMPER_KEY(dependsOn, "depends_on")
SEMPER_KEY(instances, "instances")
SEMPER_KEY(group, "group")
SEMPER_KEY(strategy, "strategy")
SEMPER_KEY(address, "address")
SEMPER_KEY(url, "url")
SEMPER_KEY(headers, "headers")
SEMPER_KEY(expectedStatus, "expected_status")
SEMPER_KEY(expectedBody, "expected_body")
SEMPER_KEY(verifyCertificate, "verify_certificate")
SEMPER_KEY(pattern, "pattern")
SEMPER_KEY(intervalMs, "interval_ms")
SEMPER_KEY(attemptTimeoutMs, "attempt_timeout_ms")
SEMPER_KEY(environmentFile, "environment_file")
SEMPER_KEY(environmentInherit, "environment_inherit")
SEMPER_KEY(memoryMaxBytes, "memory_max_bytes")
SEMPER_KEY(cpuMaxRatio, "cpu_max_ratio")
SEMPER_KEY(maxAgeMs, "max_age_ms")
SEMPER_KEY(rlimits, "rlimits")
SEMPER_KEY(nice, "nice")
SEMPER_KEY(umask, "umask")
SEMPER_KEY(user, "user")
SEMPER_KEY(runAsGroup, "run_as_group")
SEMPER_KEY(standby, "standby")
SEMPER_KEY(schedule, "schedule")
SEMPER_KEY(overlap, "overlap")
SEMPER_KEY(cron, "cron")
SEMPER_KEY(timeZone, "time_zone")
SEMPER_KEY(listeners, "listeners")
SEMPER_KEY(tls, "tls")
SEMPER_KEY(certificate, "certificate")
SEMPER_KEY(key, "key")
SEMPER_KEY(clientCa, "client_ca")
SEMPER_KEY(framing, "framing")
SEMPER_KEY(limits, "limits")
SEMPER_KEY(messageMaxBytes, "message_max_bytes")
SEMPER_KEY(idleTimeoutMs, "idle_timeout_ms")
SEMPER_KEY(writeStallMs, "write_stall_ms")
SEMPER_KEY(handshakeTimeoutMs, "handshake_timeout_ms")
SEMPER_KEY(queueMaxBytes, "queue_max_bytes")

#undef SEMPER_KEY

} // namespace semper::keys

/// The values of a frame's "type".
namespace semper::frames {

inline constexpr QLatin1StringView hello{"hello"};
inline constexpr QLatin1StringView welcome{"welcome"};
inline constexpr QLatin1StringView ready{"ready"};
inline constexpr QLatin1StringView heartbeat{"heartbeat"};
inline constexpr QLatin1StringView worked{"worked"};
inline constexpr QLatin1StringView status{"status"};
inline constexpr QLatin1StringView title{"title"};
inline constexpr QLatin1StringView fault{"fault"};
inline constexpr QLatin1StringView metrics{"metrics"};
inline constexpr QLatin1StringView sample{"sample"};
inline constexpr QLatin1StringView message{"message"};
inline constexpr QLatin1StringView request{"request"};
inline constexpr QLatin1StringView response{"response"};
inline constexpr QLatin1StringView stop{"stop"};
inline constexpr QLatin1StringView error{"error"};
inline constexpr QLatin1StringView subscribe{"subscribe"};
inline constexpr QLatin1StringView command{"command"};
inline constexpr QLatin1StringView snapshot{"snapshot"};
inline constexpr QLatin1StringView state{"state"};
inline constexpr QLatin1StringView event{"event"};
inline constexpr QLatin1StringView replayed{"replayed"};
inline constexpr QLatin1StringView log{"log"};
inline constexpr QLatin1StringView result{"result"};

} // namespace semper::frames
