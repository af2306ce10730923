// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/semper_server_export.h>

#include <QString>
#include <QtGlobal>

namespace semper {

/// The program semper-launch, which lies beside the server's library. It is looked at once and held
/// open: an update that replaces the file while the server runs changes nothing for it.
class SEMPER_SERVER_EXPORT LaunchProgram
{
public:
    /// Opens \a path; empty: where it is installed.
    explicit LaunchProgram(const QString &path = {});
    ~LaunchProgram();
    Q_DISABLE_COPY_MOVE(LaunchProgram)

    [[nodiscard]] const QString &path() const { return m_path; }
    [[nodiscard]] int descriptor() const { return m_descriptor; }
    /// Why it cannot be used, in a sentence; empty: it can. For root it must belong to root, or to
    /// whom the server's library belongs, and nobody else may write it.
    [[nodiscard]] const QString &problem() const { return m_problem; }

private:
    [[nodiscard]] QString findProblem() const;

    QString m_path;
    int m_descriptor;
    QString m_problem;
};

} // namespace semper
