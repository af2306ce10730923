// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_core_export.h>

#include <QList>
#include <QString>
#include <QStringList>

#include <optional>

namespace semper {

/// A user-process class and the plugin that has it.
struct PluginClass
{
    QString className;
    QString file; ///< absolute
    friend bool operator==(const PluginClass &, const PluginClass &) = default;
};

/// Which user-process classes there are in plugins. Names are read from the plugins' metadata;
/// nothing is loaded until load(). Files that are no plugins of Semper, or cannot be read, are
/// skipped; so is, for root, what others could change (distrustOfPath()), which problemWith()
/// tells. Reads files: blocks for milliseconds.
class SEMPER_CORE_EXPORT PluginCatalog
{
public:
    /// Reads the plugins of \a directories, then of SEMPER_PLUGIN_PATH (separated by colons), then
    /// of installedDirectory(). A directory that does not exist is an empty one.
    explicit PluginCatalog(const QStringList &directories = {});

    /// <directory of libSemperCore>/semper/processes, absolute.
    [[nodiscard]] static QString installedDirectory();

    /// Where it looked, absolute, in order, each once.
    [[nodiscard]] QStringList directories() const { return m_directories; }
    /// What root has not looked at, and why: "/srv/app belongs to uid 1000".
    [[nodiscard]] QStringList distrusted() const { return m_distrusted; }
    /// Sorted by class, then in the order of the search. A class that is there more than once
    /// stands in two plugins, and cannot be loaded.
    [[nodiscard]] QList<PluginClass> classes() const { return m_classes; }
    /// Why \a className cannot be had: "no class MonitorProces; found: MonitorProcess
    /// (monitor.so)", or the names of both plugins that have it. Nothing where it can.
    [[nodiscard]] std::optional<QString> problemWith(const QString &className) const;

    /// Loads the plugin that has \a className, for the rest of the program's life: then the
    /// UserProcessRegistry knows it. Nothing, or why it could not.
    [[nodiscard]] std::optional<QString> load(const QString &className) const;

private:
    [[nodiscard]] bool mayRead(const QString &path);
    void readDirectory(const QString &directory);
    [[nodiscard]] QStringList filesWith(const QString &className) const;

    QStringList m_directories;
    QList<PluginClass> m_classes;
    QStringList m_distrusted; ///< what root has not looked at, and why
};

} // namespace semper
