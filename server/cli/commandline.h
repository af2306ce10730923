// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/semper_server_export.h>

#include "cli/commandexit.h"

#include <QCommandLineOption>
#include <QHash>
#include <QList>
#include <QString>
#include <QStringList>

#include <limits>
#include <utility>
#include <variant>

namespace semper {

/// What one command understands, for its parser and its help text alike.
struct CommandSyntax
{
    QString program; ///< "semper status"
    QString operands = {}; ///< "[SELECTOR]"
    QString summary = {}; ///< a sentence
    QList<QCommandLineOption> options = {}; ///< beside --help and --version
    QString version = {}; ///< what --version tells; empty: that of Semper
    qsizetype leastOperands = 0;
    qsizetype mostOperands = std::numeric_limits<qsizetype>::max();
};

/// The words of a command line, sorted.
class SEMPER_SERVER_EXPORT CommandLine
{
public:
    /// \a words do not start with the program. --help and --version end the command, and so does
    /// what the syntax does not know. Needs no QCoreApplication.
    [[nodiscard]] static std::variant<CommandLine, CommandExit> parse(
        const QStringList &words, const CommandSyntax &syntax);

    /// \a option is known by the first of its names.
    [[nodiscard]] bool has(const QString &option) const { return m_options.contains(option); }
    /// Empty for an option that is not there; one that is there is not empty.
    [[nodiscard]] QString value(const QString &option) const { return m_options.value(option); }
    [[nodiscard]] QStringList operands() const { return m_operands; }
    /// For a command whose first operand is of another kind than the rest.
    [[nodiscard]] CommandLine withoutFirstOperand() const;

private:
    QHash<QString, QString> m_options;
    QStringList m_operands;
};

/// How a command was used wrongly, in one line, and where help is to be had.
[[nodiscard]] SEMPER_SERVER_EXPORT CommandExit usageError(
    const CommandSyntax &syntax, const QString &complaint);

/// A line for each of \a rows, of two columns.
[[nodiscard]] QString inColumns(const QList<std::pair<QString, QString>> &rows);
/// What a help text says of \a options.
[[nodiscard]] QString optionTable(const QList<QCommandLineOption> &options);

/// The text of --help.
[[nodiscard]] SEMPER_SERVER_EXPORT QString helpText(const CommandSyntax &syntax);

} // namespace semper
