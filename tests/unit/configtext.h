// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "spec/configreader.h"

#include <QHash>
#include <QStringList>

#include <optional>

/// Configurations for tests of their reader, read in surroundings that are the same everywhere.
namespace configtext {

using namespace Qt::StringLiterals;
using namespace semper;

inline Surroundings surroundings(const QHash<QString, QString> &variables = {}, bool root = false)
{
    const auto environment = [variables](const QString &name) -> std::optional<QString> {
        return variables.contains(name) ? std::optional(variables.value(name)) : std::nullopt;
    };
    return {.directory = u"/srv/orders"_s,
        .environment = environment,
        .defaultNode = u"thishost"_s,
        .stateDirectory = [](const QString &node) { return u"/state/"_s + node; },
        .socketPath = [](const QString &node) { return u"/run/semper/%1.sock"_s.arg(node); },
        .root = root};
}

inline QStringList errorsOf(const QByteArray &json)
{
    const ConfigResult result = readConfig(json, surroundings());
    QStringList texts;
    if (const auto *errors = std::get_if<ConfigErrors>(&result))
        for (const ConfigError &error : *errors)
            texts.append(error.toString());
    return texts;
}

/// A configuration with one process "p" that has \a fields beside its command.
inline QByteArray withProcess(
    const QByteArray &fields, const QByteArray &program = R"("command": ["x"])")
{
    return R"({"services": {"http": {"type": "http", "listen": "127.0.0.1:0", "processes": {"p": {)"
        + program + (fields.isEmpty() || program.isEmpty() ? "" : ", ") + fields + "}}}}}";
}

inline QByteArray withService(const QByteArray &fields)
{
    return R"({"services": {"s": {)" + fields + "}}}";
}

} // namespace configtext
